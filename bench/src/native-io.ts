import { resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { classPath, onEachPeer, type Peer, pinLoad, runProgram } from './peers/index.js';
import { ratioTable } from './report/index.js';

/**
 * How fast does Hadoop's own client write and read a file with one replica? One namenode and one datanode on one core,
 * the client on the other; the data stays in the page cache, so this measures the way, not the disk.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'apache,rfs' },
    megabytes: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
  },
});
const PROGRAM = resolve(import.meta.dirname, '../java/NativeIo.java');

pinLoad();
const results = await onEachPeer(
  { peers: values.peers.split(','), datanodes: 1, properties: { 'dfs.replication': '1' } },
  measurePeer,
);
process.stdout.write(ratioTable('1 replica, MB/s', results));

/** The median of the rounds, by way. */
async function measurePeer(peer: Peer): Promise<Map<string, number>> {
  const classes = await classPath(peer.conf);
  const output = await runProgram('java', [
    ...['-Xmx1g', '-cp', classes, PROGRAM, `hdfs://${peer.rpc}`, values.megabytes, values.rounds],
  ]);
  const rates = new Map<string, number[]>();
  for (const line of output.trim().split('\n')) {
    const [way, rate] = line.split(' ') as [string, string];
    rates.set(way, [...(rates.get(way) ?? []), Number(rate)]);
  }
  process.stderr.write(`${peer.name} ${JSON.stringify(Object.fromEntries(rates))}\n`);
  return new Map([...rates].map(([way, all]) => [way, all.sort((a, b) => a - b)[all.length >> 1] as number]));
}
