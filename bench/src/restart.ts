import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { type FakeDatanode, startFakeDatanodes } from './fake-datanodes/index.js';
import { Load, LoadConnection, type ReplyCheck, type Work } from './load/index.js';
import {
  addBlock,
  complete,
  create,
  fileStatusReply,
  getFileInfo,
  locations,
  locationsReply,
  makeFilesWithBlocks,
  makeHome,
  mkdirs,
} from './operations/index.js';
import { NamenodeProcess, pinLoad, sleep } from './peers/index.js';
import { table } from './report/index.js';

/**
 * How long after kill -9 under load is the namenode back, with a million files of one block and three replicas each?
 * From exec to a right answer about the last acknowledged path, to all locations of a block, to a finished write; and
 * how much memory it takes. The datanodes exist on paper and stay up.
 */
const { values } = parseArgs({ options: { files: { type: 'string', default: '1000000' } } });
const files = Number(values.files);
const REPLICAS = 3;
const USER = 'bench';
const LOAD_MS = 2000;
const RETRY_MS = 2;

pinLoad();
const namenode = await NamenodeProcess.start({
  'dfs.replication': String(REPLICAS),
  'dfs.namenode.safemode.extension': '0',
});
try {
  await makeHome(namenode.rpc, USER);
  const load = await openLoad();
  const datanodes = await startFakeDatanodes(namenode.rpc, REPLICAS);
  const path = (index: number): string => `/bench/files/d${Math.floor(index / 1000)}/f${index}`;
  await makeFilesWithBlocks(load, datanodes, files, path);
  const rows = [
    ['measure', 'value'],
    ['files', String(files)],
  ];
  rows.push(['RssAnon with the files, MB', namenode.rssAnonMb().toFixed(0)]);
  load.close();

  const last = await loadUntilKilled();
  const startMs = performance.now();
  const since = (): string => (performance.now() - startMs).toFixed(0);
  namenode.exec();
  await succeeds('getFileInfo', getFileInfo(last), fileStatusOfFolder);
  rows.push(['exec to getFileInfo of the last acknowledged path, ms', since()]);
  await succeeds('getBlockLocations', locations(path(files - 1)), locationsReply(REPLICAS));
  rows.push(['exec to all locations of a block, ms', since()]);
  await finishedWrite(datanodes);
  rows.push(['exec to a finished write, ms', since()]);
  await sleep(5000);
  rows.push(['RssAnon 5 s after, MB', namenode.rssAnonMb().toFixed(0)]);
  rows.push(['longest pause of the event loop since exec, ms', (await namenode.longestPauseMs()).toFixed(1)]);
  process.stdout.write(table(rows));
  for (const datanode of datanodes) datanode.stop();
} finally {
  await namenode.stop();
}

function openLoad(): Promise<Load> {
  return Load.open(namenode.rpc, protocols.client, { connections: 8, clients: 32, user: USER });
}

/** Makes folders as fast as it goes until the namenode is killed; the last path whose making was acknowledged. */
async function loadUntilKilled(): Promise<string> {
  const load = await openLoad();
  const path = (index: number): string => `/bench/last/d${index % 100}/n${index}`;
  let last = 0;
  const work: Work = {
    count: 500_000,
    make: (index) => mkdirs(path(index)),
    check: (_reader, _end, index) => {
      last = index;
      return null;
    },
  };
  const ended = load.run(work).catch(() => undefined);
  await sleep(LOAD_MS);
  await namenode.kill();
  await ended;
  load.close();
  return path(last);
}

/** Repeats a call, over a new connection when need be, until its reply is right. */
async function succeeds(what: string, call: { method: string; message: unknown }, check: ReplyCheck): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  for (;;) {
    try {
      const connection = await LoadConnection.open(namenode.rpc, protocols.client, USER);
      try {
        await connection.send(
          connection.encode(1, () => call),
          1,
          check,
          new Float64Array(1),
        );
        return;
      } finally {
        connection.close();
      }
    } catch (error) {
      if (performance.now() > deadlineMs) throw new Error(`${what}: ${(error as Error).message}`);
      await sleep(RETRY_MS);
    }
  }
}

async function finishedWrite(datanodes: readonly FakeDatanode[]): Promise<void> {
  await succeeds('create', create('/bench/after'), fileStatusReply);
  const connection = await LoadConnection.open(namenode.rpc, protocols.client, USER);
  const { method, message } = addBlock('/bench/after');
  const { block } = await connection.call<{ block: { b: { blockId: number; generationStamp: number } } }>(
    method,
    message,
  );
  const { blockId, generationStamp } = block.b;
  const replica = { blockId, genStamp: generationStamp, numBytes: 1000 };
  await Promise.all(datanodes.map((datanode) => datanode.received([replica])));
  const end = complete('/bench/after', { ...block.b, numBytes: 1000, poolId: datanodes[0]?.pool ?? '' });
  await connection.call(end.method, end.message);
  connection.close();
}

/** The path is there; it is a folder. */
function fileStatusOfFolder(reader: { readonly offset: number }, end: number): string | null {
  return end - reader.offset > 2 ? null : 'the last acknowledged path is gone';
}
