import { randomFillSync } from 'node:crypto';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { WebHdfs } from './http/index.js';
import { classPath, onEachPeer, type Peer, pinLoad, runProgram } from './peers/index.js';
import { ratioTable } from './report/index.js';

/**
 * How fast is the REST door? One namenode and one datanode on one core, the client on the other. GETFILESTATUS over 32
 * connections; one file of a gigabyte written and read; 10,000 files of 10 KB written and read over 32 connections; and
 * Hadoop's own webhdfs:// client seeking to and fro in a file, as a reader of Parquet does.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    megabytes: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
    files: { type: 'string', default: '10000' },
    statuses: { type: 'string', default: '40000' },
    seeks: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
  },
});
const MB = 1 << 20;
const SMALL_BYTES = 10_000;
const SEEKS = resolve(import.meta.dirname, '../java/WebHdfsSeeks.java');
const USER = userInfo().username;
const megabytes = Number(values.megabytes);
const connections = Number(values.connections);
const piece = randomFillSync(Buffer.allocUnsafeSlow(MB));

const questions: readonly (readonly [string, (peer: Peer) => Promise<ReadonlyMap<string, number>>])[] = [
  ['status', statuses],
  ['stream', streams],
  ['small', smallFiles],
  ['seek', seeks],
];

pinLoad();
const results = await onEachPeer(
  { peers: values.peers.split(','), datanodes: 1, properties: { 'dfs.replication': '1' } },
  async (peer) => {
    const figures = new Map<string, number>();
    for (const [name, measure] of questions) {
      if (values.only !== '' && !values.only.split(',').includes(name)) continue;
      for (const [what, rate] of await measure(peer)) {
        figures.set(what, rate);
        process.stderr.write(`${peer.name} ${what} ${rate.toFixed(0)}\n`);
      }
    }
    return figures;
  },
);
process.stdout.write(ratioTable('over WebHDFS', results));

async function statuses(peer: Peer): Promise<Map<string, number>> {
  const count = Number(values.statuses);
  const clients = await warmClients(peer);
  const ask = async (client: WebHdfs): Promise<void> => {
    let seen = '';
    await client.ask('GET', '/warm', 'op=GETFILESTATUS', 200, (bytes) => {
      seen += bytes.toString('latin1');
    });
    if (!seen.includes('"type":"FILE"')) throw new Error(`no status of a file: ${seen}`);
  };
  await share(clients, count / 4, ask);
  const perSecond = await share(clients, count, ask);
  for (const client of clients) client.close();
  return new Map([['GETFILESTATUS, ops/s', perSecond]]);
}

async function streams(peer: Peer): Promise<Map<string, number>> {
  const client = new WebHdfs(peer.http, USER);
  const writes: number[] = [];
  const reads: number[] = [];
  for (let round = 0; round <= Number(values.rounds); round++) {
    const startMs = performance.now();
    await client.create(`/stream-${round}`, piece, megabytes);
    const wroteMs = performance.now();
    await checkedRead(client, `/stream-${round}`);
    const readMs = performance.now();
    await client.ask('DELETE', `/stream-${round}`, 'op=DELETE');
    if (round === 0) continue; // the first warms both sides up
    writes.push(megabytes / ((wroteMs - startMs) / 1000));
    reads.push(megabytes / ((readMs - wroteMs) / 1000));
  }
  client.close();
  return new Map([
    ['CREATE 1 file, MB/s', median(writes)],
    ['OPEN 1 file, MB/s', median(reads)],
  ]);
}

/** Reads a file of `megabytes` times `piece` and compares the first bytes of each part: all would measure the client. */
async function checkedRead(client: WebHdfs, path: string): Promise<void> {
  let at = 0;
  let wrong = false;
  const length = await client.open(path, (bytes) => {
    const start = at % MB;
    const count = Math.min(64, bytes.length, MB - start);
    wrong ||= piece.compare(bytes, 0, count, start, start + count) !== 0;
    at += bytes.length;
  });
  if (wrong || length !== megabytes * MB) throw new Error(`${path}: what was read is not what was written`);
}

async function smallFiles(peer: Peer): Promise<Map<string, number>> {
  const count = Number(values.files);
  const clients = await warmClients(peer);
  const content = piece.subarray(0, SMALL_BYTES);
  const path = (index: number): string => `/small/d${index % 100}/f${index}`;
  const wrote = await share(clients, count, (client, index) => client.create(path(index), content, 1));
  const read = await share(clients, count, async (client, index) => {
    let same = true;
    let at = 0;
    const length = await client.open(path(index), (bytes) => {
      same &&= content.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0;
      at += bytes.length;
    });
    if (!same || length !== SMALL_BYTES) throw new Error(`${path(index)}: what was read is not what was written`);
  });
  for (const client of clients) client.close();
  return new Map([
    ['CREATE 10 KB files, files/s', wrote],
    ['OPEN 10 KB files, files/s', read],
  ]);
}

async function seeks(peer: Peer): Promise<Map<string, number>> {
  const classes = await classPath(peer.conf);
  const url = peer.http.replace('http:', 'webhdfs:');
  const output = await runProgram('java', ['-Xmx1g', '-cp', classes, SEEKS, url, values.seeks]);
  return new Map([['seek and read 16 KB, reads/s', Number(output)]]);
}

/** Clients that have each made one request, and a file to ask for. */
async function warmClients(peer: Peer): Promise<WebHdfs[]> {
  const clients = Array.from({ length: connections }, () => new WebHdfs(peer.http, USER));
  await clients[0]?.create('/warm', piece.subarray(0, SMALL_BYTES), 1);
  await Promise.all(clients.map((client) => client.open('/warm')));
  return clients;
}

/** Has the clients do `count` pieces of work among them; how many a second. */
async function share(
  clients: readonly WebHdfs[],
  count: number,
  work: (client: WebHdfs, index: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const startMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < count) await work(client, next++);
    }),
  );
  return count / ((performance.now() - startMs) / 1000);
}

function median(all: number[]): number {
  return all.sort((a, b) => a - b)[all.length >> 1] as number;
}
