import { userInfo } from 'node:os';
import process from 'node:process';
import { loadConfig, namenodeOptions } from '@rfs/base/config';
import { nodeDisk } from '@rfs/base/disk';
import { silentLogger } from '@rfs/base/log';
import { systemClock, systemRandom } from '@rfs/base/system';
import { type RunningNamenode, startNamenode } from '@rfs/namenode/node';
import type { HostAnswer, HostRequest } from './hosted.js';
import { entriesOf, wrongRows } from './rows.js';

/**
 * A program that starts one namenode after another in its one process, as its parent asks: starting hundreds of
 * processes would take minutes. Its words: the folder of the whole journal.
 */
const whole = entriesOf(process.argv[2] as string);
let running: { readonly namenode: RunningNamenode; readonly folder: string } | undefined;

process.on('message', (request: HostRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});

async function answer(request: HostRequest): Promise<HostAnswer> {
  try {
    if (request.kind === 'start') return { rpc: await start(request.folder) };
    await running?.namenode.close();
    const wrong = await wrongRows(running?.folder as string, whole);
    running = undefined;
    return wrong === undefined ? {} : { failure: wrong };
  } catch (error) {
    return { failure: (error as Error).stack ?? String(error) };
  }
}

async function start(folder: string): Promise<string> {
  const flags = { 'rpc-address': '127.0.0.1:0', 'http-address': '127.0.0.1:0', 'name-dir': `file://${folder}` };
  const load = () => loadConfig(namenodeOptions, { flags });

  const namenode = await startNamenode(load(), {
    clock: systemClock,
    random: systemRandom(),
    disk: nodeDisk,
    log: silentLogger,
    nextTurn: (action) => setImmediate(action),
    user: userInfo().username,
    reread: load,
    fatal: (error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
    fileSystem: () => {
      throw new Error('nobody rescues files here');
    },
  });
  running = { namenode, folder };
  return `127.0.0.1:${namenode.rpc.port}`;
}
