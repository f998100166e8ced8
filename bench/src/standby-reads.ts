import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { Load, LoadConnection } from './load/index.js';
import { create, fileStatusReply, getFileInfo, makeHome } from './operations/index.js';
import { type Daemon, LOAD_CORE, pin, pinLoad, processorMs, SERVER_CORE, startRfsQuorum } from './peers/index.js';
import { table } from './report/index.js';

/**
 * Is a coordinated read at a standby as fast as a read at the leader? Three namenodes; each in turn has the servers'
 * core to itself, the two others share the load's. Clients say what they have seen, as Hadoop's do in every call.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    files: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    clients: { type: 'string', default: '32' },
  },
});
const USER = 'bench';
const files = Number(values.files);
const count = Number(values.count);
const options = { connections: Number(values.connections), clients: Number(values.clients), user: USER };

interface Seen {
  readonly perSecond: number;
  readonly processorUs: number;
}

pinLoad();
const folder = mkdtempSync(join(tmpdir(), 'rfs-bench-standby-'));
const group = await startRfsQuorum(folder);
try {
  const nodes: readonly Daemon[] = [group.active, ...group.others];
  const stateId = await makeFiles(group.active.rpc);
  const seen = nodes.map((): Seen[] => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, node] of nodes.entries()) {
      for (const other of nodes) pin(other.pid, other === node ? SERVER_CORE : LOAD_CORE);
      const measure = await read(node, stateId);
      if (round > 0) seen[i]?.push(measure); // the first round warms up
    }
  }
  report(seen);
} finally {
  await group.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Makes the files at the leader; the state id with the last of them. */
async function makeFiles(rpc: string): Promise<number> {
  await makeHome(rpc, USER);
  const load = await Load.open(rpc, protocols.client, options);
  await load.run({ count: files, make: (index) => create(path(index)), check: fileStatusReply });
  load.close();
  const connection = await LoadConnection.open(rpc, protocols.client, USER);
  await connection.call('msync', {});
  connection.close();
  return connection.stateId;
}

async function read({ rpc, pid }: Daemon, stateId: number): Promise<Seen> {
  const load = await Load.open(rpc, protocols.client, options);
  const beforeMs = processorMs(pid);
  const { perSecond } = await load.run({
    count,
    make: (index) => ({ ...getFileInfo(path(index % files)), stateId }),
    check: fileStatusReply,
  });
  load.close();
  return { perSecond, processorUs: ((processorMs(pid) - beforeMs) * 1000) / count };
}

function path(index: number): string {
  return `/bench/files/d${Math.floor(index / 100)}/f${index}`;
}

/** Medians of the rounds. */
function report(seen: readonly (readonly Seen[])[]): void {
  const rates = seen.map((rounds) => median(rounds.map(({ perSecond }) => perSecond)));
  const costs = seen.map((rounds) => median(rounds.map(({ processorUs }) => processorUs)));
  const rows = rates.map((rate, i) => [
    i === 0 ? 'leader' : `standby ${i}`,
    Math.round(rate).toLocaleString('en'),
    costs[i]?.toFixed(2) ?? '-',
    (rate / (rates[0] as number)).toFixed(2),
    ((costs[0] as number) / (costs[i] as number)).toFixed(2),
  ]);
  process.stdout.write(table([['getFileInfo at the', 'reads/s', 'cpu us', 'of the leader', 'by cpu'], ...rows]));
}

function median(all: number[]): number {
  return all.sort((a, b) => a - b)[all.length >> 1] as number;
}
