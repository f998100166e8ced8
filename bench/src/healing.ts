import { randomFillSync } from 'node:crypto';
import { userInfo } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { seededRandom, systemClock } from '@rfs/base/system';
import { DfsClient } from '@rfs/client/dfs';
import { WebHdfs } from './http/index.js';
import { onEachPeer, type Peer, pinLoad, sleep } from './peers/index.js';
import { ratioTable } from './report/index.js';

/**
 * A datanode dies with a thousand replicas: how long until every block has its replicas again, and how long do readers
 * wait meanwhile? Four datanodes on one core, the reader on the other; both peers get the same limits.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    replicas: { type: 'string', default: '1000' },
    kilobytes: { type: 'string', default: '1024' },
  },
});
const DATANODES = 4;
const REPLICAS = 3;
const WRITERS = 16;
const POLL_MS = 100;
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
  await write(peer);
  while ((await counts(peer)).missingReplicas > 0) await sleep(POLL_MS);
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
    while ((await counts(peer)).dead === 0) await sleep(POLL_MS);
    declaredMs = performance.now();
    // A namenode may count what is missing a moment after it gives a datanode up.
    let seen = 0;
    for (;;) {
      const { missingReplicas } = await counts(peer);
      if (seen > 0 && missingReplicas === 0) break;
      seen = Math.max(seen, missingReplicas);
      await sleep(POLL_MS);
    }
    healedMs = performance.now() - declaredMs;
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

/** What the namenode's beans say. */
async function counts(peer: Peer): Promise<{ readonly dead: number; readonly missingReplicas: number }> {
  const answer = await fetch(`${peer.http}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`);
  const { beans } = (await answer.json()) as { beans: { NumDeadDataNodes: number; UnderReplicatedBlocks: number }[] };
  const bean = beans[0];
  if (bean === undefined) throw new Error('the namenode has no bean FSNamesystemState');
  return { dead: bean.NumDeadDataNodes, missingReplicas: bean.UnderReplicatedBlocks };
}
