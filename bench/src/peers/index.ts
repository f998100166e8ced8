import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApache } from './apache.js';
import type { Peer } from './peer.js';
import { startRfs } from './rfs.js';

export { classPath } from './apache.js';
export { NamenodeProcess } from './namenode-process.js';
export type { Peer } from './peer.js';
export { pinLoad, processorMs, runProgram, sleep } from './processes.js';

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
    const folder = mkdtempSync(join(tmpdir(), `rfs-bench-${name}-`));
    const options = { folder, datanodes: choice.datanodes, properties: choice.properties };
    const peer = name === 'apache' ? await startApache(options) : await startRfs(options);
    if (peer === undefined) {
      process.stderr.write(`${name} is left out: ../shared/compat is not there\n`);
      continue;
    }
    try {
      results.set(name, await measure(peer));
    } finally {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
  return results;
}
