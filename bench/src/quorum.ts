import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { Load, LoadConnection, type Measure, summarize } from './load/index.js';
import { FileTree, makeHome, mkdirs, trueReply } from './operations/index.js';
import { onEachQuorum, processorMs, type Quorum, sleep } from './peers/index.js';
import { metadataTable, type ServerMeasure } from './report/index.js';

/**
 * How many changes a second does a group do that keeps each on most of three disks, how long does one take under light
 * load, and what does it cost the active namenode and the others? Three rfs namenodes beside Apache's active namenode
 * with three journal nodes. Everybody, the load too, shares all cores and the disk.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    namenodes: { type: 'string', default: '3' },
    count: { type: 'string', default: '200000' },
    connections: { type: 'string', default: '8' },
    clients: { type: 'string', default: '32' },
    light: { type: 'string', default: '500' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
/** Files one after the other, of each client its own: what a job does to commit its output. */
const LIVES = 'create to delete';
const CHANGES = new Set(['mkdirs', 'create', 'complete', 'rename', 'delete', LIVES]);
const LIGHT = 'mkdirs, one client, 50/s';
const LIGHT_PERIOD_MS = 20;
const USER = 'bench';

const results = await onEachQuorum(values.peers.split(','), values.namenodes, measureQuorum);
process.stdout.write(
  values.json
    ? `${JSON.stringify([...results].map(([peer, measures]) => ({ peer, measures: Object.fromEntries(measures) })))}\n`
    : metadataTable(results),
);

async function measureQuorum(quorum: Quorum): Promise<Map<string, ServerMeasure>> {
  const { rpc } = quorum.active;
  await makeHome(rpc, USER);
  const load = await Load.open(rpc, protocols.client, {
    connections: Number(values.connections),
    clients: Number(values.clients),
    user: USER,
  });
  const tree = new FileTree(Number(values.count), 3);
  await tree.prepare(load);
  const measures = new Map<string, ServerMeasure>();
  const note = async (name: string, work: () => Promise<Measure>): Promise<void> => {
    const before = usedMs(quorum);
    const measure = await work();
    const after = usedMs(quorum);
    const perCall = 1000 / measure.count;
    const processorUs = (after.active - before.active) * perCall;
    measures.set(name, { ...measure, processorUs, othersUs: (after.others - before.others) * perCall });
    process.stderr.write(`${quorum.name} ${name} ${Math.round(measure.perSecond)}/s\n`);
  };
  const lives = tree.lives(Number(values.connections), Number(values.clients));
  for (const [name, { warmUp, measured }] of [...tree.operations(), [LIVES, lives] as const]) {
    if (!CHANGES.has(name) || (values.only !== '' && !values.only.split(',').includes(name))) continue;
    await load.run(warmUp);
    await note(name, () => load.run(measured));
  }
  load.close();
  await note(LIGHT, () => lightLoad(rpc));
  return measures;
}

/** One change after another, each at its own time. */
async function lightLoad(rpc: string): Promise<Measure> {
  const connection = await LoadConnection.open(rpc, protocols.client, USER);
  const count = Number(values.light);
  const takenMs = new Float64Array(count);
  const startMs = performance.now();
  for (let i = 0; i < count; i++) {
    await sleep(startMs + i * LIGHT_PERIOD_MS - performance.now());
    const call = connection.encode(1, () => mkdirs(`/bench/made/light${i}`));
    await connection.send(call, 1, trueReply, takenMs.subarray(i, i + 1));
  }
  connection.close();
  return summarize([takenMs], performance.now() - startMs);
}

/** Processor time of all daemons so far. */
function usedMs({ active, others }: Quorum): { readonly active: number; readonly others: number } {
  return { active: processorMs(active.pid), others: others.reduce((sum, { pid }) => sum + processorMs(pid), 0) };
}
