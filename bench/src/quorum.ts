import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { Load, LoadConnection, type Measure, summarize, type Work } from './load/index.js';
import { FileTree, makeHome, mkdirs, trueReply } from './operations/index.js';
import { onQuorums, processorMs, type Quorum, sleep } from './peers/index.js';
import { metadataTable, type ServerMeasure } from './report/index.js';

/**
 * How many changes a second does a group do that keeps each on most of three disks, how long does one take under light
 * load, and what does it cost the active namenode and the others? Three rfs namenodes beside Apache's active namenode
 * with three journal nodes, in turns of some ten thousand changes: what the machine does to one it does to the other.
 * Everybody, the load too, shares all cores and the disk.
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
/** In which each group does its share of an operation. */
const TURNS = 5;
const PAUSE_MS = 300;
const USER = 'bench';

const clients = { connections: Number(values.connections), clients: Number(values.clients) };
const results = await onQuorums(values.peers.split(','), values.namenodes, measureAll);
process.stdout.write(
  values.json
    ? `${JSON.stringify([...results].map(([peer, measures]) => ({ peer, measures: Object.fromEntries(measures) })))}\n`
    : metadataTable(results),
);

async function measureAll(quorums: readonly Quorum[]): Promise<Map<string, Map<string, ServerMeasure>>> {
  const tree = new FileTree(Number(values.count), 3);
  const loads: Load[] = [];
  for (const { active } of quorums) {
    await makeHome(active.rpc, USER);
    const load = await Load.open(active.rpc, protocols.client, { ...clients, user: USER });
    await tree.prepare(load);
    loads.push(load);
  }
  const results = new Map(quorums.map(({ name }) => [name, new Map<string, ServerMeasure>()]));
  const note = async (name: string, turns: number, work: (peer: number, turn: number) => Promise<Measure>) => {
    const parts = quorums.map((): ServerMeasure[] => []);
    for (let turn = 0; turn < turns; turn++) {
      for (const [peer, quorum] of quorums.entries()) {
        parts[peer]!.push(await costed(quorum, () => work(peer, turn)));
      }
    }
    for (const [peer, quorum] of quorums.entries()) {
      const measure = together(parts[peer]!);
      results.get(quorum.name)?.set(name, measure);
      process.stderr.write(`${quorum.name} ${name} ${Math.round(measure.perSecond)}/s\n`);
    }
  };
  const lives = tree.lives(clients.connections, clients.clients);
  for (const [name, { warmUp, measured }] of [...tree.operations(), [LIVES, lives] as const]) {
    if (!CHANGES.has(name) || (values.only !== '' && !values.only.split(',').includes(name))) continue;
    for (const load of loads) await load.run(warmUp);
    await note(name, TURNS, (peer, turn) => (loads[peer] as Load).run(partOf(measured, turn)));
  }
  for (const load of loads) load.close();
  await note(LIGHT, 1, (peer) => lightLoad((quorums[peer] as Quorum).active.rpc));
  return results;
}

/** The calls of one of {@link TURNS} turns. */
function partOf({ count, make, check }: Work, turn: number): Work {
  const from = Math.floor((count * turn) / TURNS);
  return { count: Math.floor((count * (turn + 1)) / TURNS) - from, make: (index) => make(from + index), check };
}

/** What follows the last answer, as what a store writes later, is this group's cost too, and not in the next one's way. */
async function costed(quorum: Quorum, work: () => Promise<Measure>): Promise<ServerMeasure> {
  const before = usedMs(quorum);
  const measure = await work();
  await sleep(PAUSE_MS);
  const after = usedMs(quorum);
  const perCall = 1000 / measure.count;
  const processorUs = (after.active - before.active) * perCall;
  return { ...measure, processorUs, othersUs: (after.others - before.others) * perCall };
}

/** Turns of one operation: sums of counts and times, quantiles of the median turn, the longest wait of all. */
function together(parts: readonly ServerMeasure[]): ServerMeasure {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const median = (value: (part: ServerMeasure) => number): number =>
    parts.map(value).sort((a, b) => a - b)[parts.length >> 1] as number;
  const each = (value: (part: ServerMeasure) => number): number =>
    parts.reduce((sum, part) => sum + value(part) * part.count, 0) / count;
  return {
    count,
    perSecond: 1 / each(({ perSecond }) => 1 / perSecond),
    p50Ms: median(({ p50Ms }) => p50Ms),
    p99Ms: median(({ p99Ms }) => p99Ms),
    maxMs: Math.max(...parts.map(({ maxMs }) => maxMs)),
    processorUs: each(({ processorUs }) => processorUs),
    othersUs: each(({ othersUs = 0 }) => othersUs),
  };
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
