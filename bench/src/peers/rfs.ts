import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Peer, PeerOptions } from './peer.js';
import { SERVER_CORE } from './peer.js';
import { endProcess } from './processes.js';

/** The rfs command. */
export const PROGRAM = resolve(import.meta.dirname, '../../../tools/cli/bin/rfs.js');

/** Flags for Node of every daemon, such as `--cpu-prof --cpu-prof-dir=FOLDER`. */
function nodeFlags(): string[] {
  return (process.env.RFS_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
}

/** What `rfs up --json` prints. */
export interface Description {
  readonly hdfs: string;
  readonly webhdfs: string;
  readonly conf: string;
  readonly namenodes: readonly {
    readonly id: string;
    readonly pid: number;
    readonly rpc: string;
    readonly http: string;
    readonly state: string;
    readonly dir: string;
  }[];
  readonly datanodes: readonly { readonly pid: number }[];
}

/** What `rfs up` in `folder` says of its daemons now; those that were started again have other process ids. */
export function describeNow(folder: string): Description {
  return JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as Description;
}

/** rfs up, all its daemons on the servers' core. */
export async function startRfs(options: PeerOptions): Promise<Peer> {
  const properties = Object.entries(options.properties).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const { folder, datanodes } = options;
  const args = ['--no-restart', '--dir', folder, '--datanodes', String(datanodes), ...properties];
  const { description, stop } = await rfsUp(args, [SERVER_CORE]);
  return {
    name: 'rfs',
    rpc: description.hdfs.slice('hdfs://'.length),
    http: description.webhdfs,
    namenodePid: description.namenodes[0]?.pid as number,
    datanodePids: description.datanodes.map(({ pid }) => pid),
    conf: description.conf,
    stop,
  };
}

/** Starts `rfs up` on `cores`; fulfilled when it serves. */
export function rfsUp(
  args: readonly string[],
  cores: readonly number[],
): Promise<{ readonly description: Description; readonly pid: number; readonly stop: () => Promise<void> }> {
  const program = [process.execPath, ...nodeFlags(), PROGRAM, 'up', '--json', ...args];
  const child = spawn('taskset', ['-c', cores.join(','), ...program], {
    // The channel ends with this process in whatever way it ends, and rfs up stops then.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const pid = child.pid as number;
  return new Promise((resolveUp, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`rfs up ended with ${code}`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!output.includes('\n')) return;
      const description = JSON.parse(output) as Description;
      resolveUp({ description, pid, stop: () => endProcess(pid) });
    });
  });
}
