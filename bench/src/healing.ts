import { randomFillSync } from 'node:crypto';
import { userInfo } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { seededRandom, systemClock } from '@rfs/base/system';
import { DfsClient } from '@rfs/client/dfs';
import { WebHdfs } from './http/index.js';
import { LOAD_CORE, onEachPeer, type Peer, pin, pinLoad, SERVER_CORE, sleep } from './peers/index.js';
import { ratioTable } from './report/index.js';

/**
 * A datanode dies with a thousand replicas: how long until every block has its replicas again, and how long do readers
 * wait meanwhile? Four datanodes on one core, the reader on the other; both peers get the same limits. While the files
 * are written nothing is measured, and all have both cores.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    replicas: { type: 'string', default: '1000' },
    kilobytes: { type: 'string', default: '256' },
  },
});
const DATANODES = 4;
const REPLICAS = 3;
const WRITERS = 16;
const POLL_MS = 100;
const PATIENCE_MS = 90_000;
const FILE_BYTES = Number(values.kilobytes) * 1024;
/** Every datanode holds three quarters of the blocks. */
const files = Math.ceil((Number(values.replicas) * DATANODES) / REPLICAS);
const user = userInfo().username;
const content = randomFillSync(Buffer.allocUnsafeSlow(FILE_BYTES));

pinLoad();
const results = await onEachPeer(
  {
    peers: values.peers.split(','),
    datanodes: DATANODES,
    properties: {
      'dfs.replication': String(REPLICAS),
      // Dead after 2 rechecks and 10 heartbeats.
      'dfs.heartbeat.interval': '1',
      'dfs.namenode.heartbeat.recheck-interval': '1000',
      'dfs.namenode.redundancy.interval.seconds': '1',
      'dfs.namenode.replication.work.multiplier.per.iteration': '100',
      'dfs.namenode.replication.max-streams': '20',
      'dfs.namenode.replication.max-streams-hard-limit': '40',
    },
  },
  measurePeer,
);
process.stdout.write(ratioTable(`after the loss of ${values.replicas} replicas`, results));

async function measurePeer(peer: Peer): Promise<Map<string, number>> {
  const startMs = performance.now();
  const note = (what: string): void => {
    process.stderr.write(`${peer.name}: ${what} after ${Math.round((performance.now() - startMs) / 1000)} s\n`);
  };
  const servers = [peer.namenodePid, ...peer.datanodePids];
  for (const pid of servers) pin(pid, SERVER_CORE, LOAD_CORE);
  await write(peer);
  for (const pid of servers) pin(pid, SERVER_CORE);
  note(`${files} files written`);
  await until(peer, 'all replicas are there', ({ missingReplicas }) => missingReplicas === 0);
  const client = new DfsClient({
    authority: peer.rpc,
    config: loadConfig(clientOptions, {}),
    user,
    clock: systemClock,
    random: seededRandom(1),
  });
  const calm = await readsDuring(client, () => sleep(5000));
  let declaredMs = 0;
  let healedMs = 0;
  const during = await readsDuring(client, async () => {
    process.kill(peer.datanodePids[0] as number, 'SIGKILL');
    await until(peer, 'the datanode is given up', ({ dead }) => dead > 0);
    declaredMs = performance.now();
    note('the datanode given up');
    // A namenode may count what is missing a moment after it gives a datanode up.
    let seen = 0;
    await until(peer, 'all replicas are back', ({ missingReplicas }) => {
      seen = Math.max(seen, missingReplicas);
      return seen > 0 && missingReplicas === 0;
    });
    healedMs = performance.now() - declaredMs;
    note(`all is healed; at most ${seen} blocks waited`);
  });
  client.close();
  return new Map([
    ['all replicas back after, ms', healedMs],
    ['a read when all is well, p50 us', calm.p50Us],
    ['p99 us', calm.p99Us],
    ['a read meanwhile, p50 us', during.p50Us],
    ['meanwhile, p99 us', during.p99Us],
  ]);
}

/** Asks the namenode again and again; throws when it takes too long. */
async function until(peer: Peer, what: string, holds: (found: Counts) => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (let found = await counts(peer); !holds(found); found = await counts(peer)) {
    if (performance.now() > deadlineMs) throw new Error(`${peer.name}: not so that ${what}: ${JSON.stringify(found)}`);
    await sleep(POLL_MS);
  }
}

async function write(peer: Peer): Promise<void> {
  let next = 0;
  const writers = Array.from({ length: WRITERS }, async () => {
    const client = new WebHdfs(peer.http, user);
    while (next < files) await client.create(path(next++), content, 1);
    client.close();
  });
  await Promise.all(writers);
}

function path(index: number): string {
  return `/healing/d${index % 10}/f${index}`;
}

/** Reads one file after another, each byte of it, until `work` is done. */
async function readsDuring(client: DfsClient, work: () => Promise<void>): Promise<{ p50Us: number; p99Us: number }> {
  const waitsUs: number[] = [];
  const random = seededRandom(2);
  const into = Buffer.allocUnsafeSlow(FILE_BYTES);
  let going = true;
  const reading = (async () => {
    while (going) {
      const startMs = performance.now();
      const file = await client.open(path(random.below(files)));
      const length = await file.read(0, into);
      waitsUs.push((performance.now() - startMs) * 1000);
      if (length !== FILE_BYTES || !into.equals(content)) throw new Error('what was read is not what was written');
    }
  })();
  await Promise.all([
    reading,
    work().finally(() => {
      going = false;
    }),
  ]);
  waitsUs.sort((a, b) => a - b);
  const at = (share: number): number => waitsUs[Math.min(waitsUs.length - 1, Math.floor(share * waitsUs.length))] ?? 0;
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

interface Counts {
  readonly dead: number;
  readonly missingReplicas: number;
}

/** What the namenode's beans say. */
async function counts(peer: Peer): Promise<Counts> {
  const answer = await fetch(`${peer.http}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`);
  const { beans } = (await answer.json()) as { beans: { NumDeadDataNodes: number; UnderReplicatedBlocks: number }[] };
  const bean = beans[0];
  if (bean === undefined) throw new Error('the namenode has no bean FSNamesystemState');
  return { dead: bean.NumDeadDataNodes, missingReplicas: bean.UnderReplicatedBlocks };
}
