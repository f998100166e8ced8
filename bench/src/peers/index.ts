import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
  const { datanodes, properties } = choice;
  for (const name of choice.peers) {
    await inScratch(name, async (folder) => {
      const peer = await (name === 'apache' ? startApache : startRfs)({ folder, datanodes, properties });
      if (peer === undefined) {
        leaveOut(name);
        return;
      }
      try {
        results.set(name, await measure(peer));
      } finally {
        await peer.stop();
      }
    });
  }
  return results;
}

/**
 * Starts a group of three voters of every peer, all beside each other, measures them, and leaves nothing behind.
 * `namenodes` says which voters are namenodes of rfs.
 */
export function onQuorums<T>(
  peers: readonly string[],
  namenodes: string,
  measure: (quorums: readonly Quorum[]) => Promise<T>,
): Promise<T> {
  return inScratch('quorums', async (folder) => {
    const quorums: Quorum[] = [];
    try {
      for (const name of peers) {
        const own = join(folder, name);
        mkdirSync(own);
        const isApache = name === 'apache';
        const quorum = await (isApache ? startApacheQuorum(own) : startRfsQuorum(own, false, [], namenodes));
        if (quorum === undefined) leaveOut(name);
        else quorums.push(quorum);
      }
      return await measure(quorums);
    } finally {
      await Promise.all(quorums.map((quorum) => quorum.stop()));
    }
  });
}

async function inScratch<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `rfs-bench-${name}-`));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function leaveOut(name: string): void {
  process.stderr.write(`${name} is left out: ../shared/compat is not there\n`);
}
