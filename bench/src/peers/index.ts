import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApache } from './apache.js';
import { startApacheQuorum } from './apache-quorum.js';
import type { Peer } from './peer.js';
import type { Quorum } from './quorum.js';
import { startRfs } from './rfs.js';
import { startRfsQuorum } from './rfs-quorum.js';

export { classPath } from './apache.js';
export { NamenodeProcess } from './namenode-process.js';
export type { Peer } from './peer.js';
export { LOAD_CORE, SERVER_CORE } from './peer.js';
export { pin, pinLoad, processorMs, runProgram, sleep } from './processes.js';
export type { Daemon, Quorum } from './quorum.js';
export { describeNow } from './rfs.js';
export { startRfsQuorum } from './rfs-quorum.js';

/** Options of every benchmark: which peers to measure, in which order. */
export interface PeerChoice {
  readonly peers: readonly string[];
  readonly datanodes: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** Starts each peer in turn in a scratch folder, measures it, and leaves nothing behind. */
export async function onEachPeer<T>(choice: PeerChoice, measure: (peer: Peer) => Promise<T>): Promise<Map<string, T>> {
  const results = new Map<string, T>();
  for (const name of choice.peers) {
    const start = name === 'apache' ? startApache : startRfs;
    const { datanodes, properties } = choice;
    await inScratch(name, (folder) => start({ folder, datanodes, properties }), measure, results);
  }
  return results;
}

/** The same with groups of three voters; `namenodes` says which of them are namenodes of rfs. */
export async function onEachQuorum<T>(
  peers: readonly string[],
  namenodes: string,
  measure: (quorum: Quorum) => Promise<T>,
): Promise<Map<string, T>> {
  const results = new Map<string, T>();
  const startRfsVoters = (folder: string): Promise<Quorum> => startRfsQuorum(folder, false, [], namenodes);
  for (const name of peers) {
    await inScratch(name, name === 'apache' ? startApacheQuorum : startRfsVoters, measure, results);
  }
  return results;
}

async function inScratch<P extends { stop(): Promise<void> }, T>(
  name: string,
  start: (folder: string) => Promise<P | undefined>,
  measure: (peer: P) => Promise<T>,
  results: Map<string, T>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `rfs-bench-${name}-`));
  try {
    const peer = await start(folder);
    if (peer === undefined) {
      process.stderr.write(`${name} is left out: ../shared/compat is not there\n`);
      return;
    }
    try {
      results.set(name, await measure(peer));
    } finally {
      await peer.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
