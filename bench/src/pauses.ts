import process from 'node:process';
import { parseArgs } from 'node:util';
import type { BlockProto } from '@rfs/protocol/messages';
import { protocols } from '@rfs/protocol/rpc';
import { FakeDatanode, startFakeDatanodes } from './fake-datanodes/index.js';
import { Load, LoadConnection } from './load/index.js';
import { getFileInfo, makeFilesWithBlocks, makeHome, mkdirs, remove, trueReply } from './operations/index.js';
import { NamenodeProcess, pinLoad, sleep } from './peers/index.js';
import { table } from './report/index.js';

/**
 * Does long work hold up the others? While a million files are deleted in one call, and while a datanode reports two
 * million replicas, another client asks getFileInfo again and again: its longest wait, and the longest pause of the
 * namenode's event loop.
 */
const { values } = parseArgs({
  options: { files: { type: 'string', default: '1000000' }, replicas: { type: 'string', default: '2000000' } },
});
const files = Number(values.files);
const replicas = Number(values.replicas);
const USER = 'bench';
const SETTLE_MS = 3000;

pinLoad();
const namenode = await NamenodeProcess.start({ 'dfs.replication': '1', 'dfs.namenode.safemode.extension': '0' });
try {
  const startPauseMs = (await namenode.longestPauseMs()).toFixed(1);
  await makeHome(namenode.rpc, USER);
  const load = await Load.open(namenode.rpc, protocols.client, { connections: 8, clients: 32, user: USER });
  const datanodes = await startFakeDatanodes(namenode.rpc, 1);
  await load.run({ count: 1, make: () => mkdirs('/bench/other'), check: trueReply });
  await makeFilesWithBlocks(load, datanodes, files, (index) => `/bench/big/d${Math.floor(index / 1000)}/f${index}`);
  const rows = [['while', 'took ms', 'longest getFileInfo ms', 'p99 ms', 'longest pause so far ms']];
  rows.push(['the start', '-', '-', '-', startPauseMs]);
  rows.push(['the making of the files', '-', '-', '-', (await namenode.longestPauseMs()).toFixed(1)]);
  rows.push(['nothing', '-', ...(await watched(() => sleep(SETTLE_MS)))]);
  rows.push([`a delete of ${files} files`, ...(await timed(() => deleteAll()))]);
  rows.push(['their purge and invalidation', '-', ...(await watched(() => sleep(3 * SETTLE_MS)))]);
  const reporter = await FakeDatanode.start(namenode.rpc, datanodes.length);
  reporter.hold(orphans(replicas));
  const sendReport = reporter.prepareFullReport();
  rows.push([`a first full report of ${replicas} replicas`, ...(await timed(sendReport))]);
  rows.push(['what follows from it', '-', ...(await watched(() => sleep(SETTLE_MS)))]);
  process.stdout.write(table(rows));
  load.close();
  for (const datanode of [...datanodes, reporter]) datanode.stop();
} finally {
  await namenode.stop();
}

async function deleteAll(): Promise<void> {
  const connection = await LoadConnection.open(namenode.rpc, protocols.client, USER);
  const { method, message } = remove('/bench/big', true);
  await connection.call(method, message);
  connection.close();
}

/** Blocks that no file has: the namenode has to look each of them up and have it deleted. */
function* orphans(count: number): Generator<BlockProto> {
  for (let index = 0; index < count; index++) yield { blockId: 2 ** 40 + index, genStamp: 1001, numBytes: 1000 };
}

async function timed(work: () => Promise<void>): Promise<string[]> {
  let tookMs = 0;
  const seen = await watched(async () => {
    const startMs = performance.now();
    await work();
    tookMs = performance.now() - startMs;
  });
  return [tookMs.toFixed(0), ...seen];
}

/** Asks getFileInfo one after another while `work` goes on. */
async function watched(work: () => Promise<void>): Promise<string[]> {
  const connection = await LoadConnection.open(namenode.rpc, protocols.client, USER);
  const { method, message } = getFileInfo('/bench/other');
  const waitsMs: number[] = [];
  let going = true;
  const asking = (async () => {
    while (going) {
      const startMs = performance.now();
      await connection.call(method, message);
      waitsMs.push(performance.now() - startMs);
    }
  })();
  await work();
  going = false;
  await asking;
  connection.close();
  waitsMs.sort((a, b) => a - b);
  const at = (share: number): string =>
    (waitsMs[Math.min(waitsMs.length - 1, Math.floor(share * waitsMs.length))] ?? 0).toFixed(1);
  return [at(1), at(0.99), (await namenode.longestPauseMs()).toFixed(1)];
}
