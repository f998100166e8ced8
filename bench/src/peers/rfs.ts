import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Peer, PeerOptions } from './peer.js';
import { SERVER_CORE } from './peer.js';
import { endProcess } from './processes.js';

/** The rfs command. */
export const PROGRAM = resolve(import.meta.dirname, '../../../tools/cli/bin/rfs.js');

/** Flags for Node of every daemon, such as `--cpu-prof --cpu-prof-dir=FOLDER`. */
function nodeFlags(): string[] {
  return (process.env.RFS_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
}

interface Description {
  readonly hdfs: string;
  readonly webhdfs: string;
  readonly conf: string;
  readonly namenodes: readonly { readonly pid: number }[];
  readonly datanodes: readonly { readonly pid: number }[];
}

/** rfs up, all its daemons on the servers' core. */
export function startRfs(options: PeerOptions): Promise<Peer> {
  const properties = Object.entries(options.properties).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const { folder, datanodes } = options;
  const up = ['up', '--json', '--no-restart', '--dir', folder, '--datanodes', String(datanodes), ...properties];
  const child = spawn('taskset', ['-c', String(SERVER_CORE), process.execPath, ...nodeFlags(), PROGRAM, ...up], {
    // The channel ends with this process in whatever way it ends, and rfs up stops then.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return new Promise((resolvePeer, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`rfs up ended with ${code}`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!output.includes('\n')) return;
      const description = JSON.parse(output) as Description;
      resolvePeer({
        name: 'rfs',
        rpc: description.hdfs.slice('hdfs://'.length),
        http: description.webhdfs,
        namenodePid: description.namenodes[0]?.pid as number,
        datanodePids: description.datanodes.map(({ pid }) => pid),
        conf: description.conf,
        stop: () => endProcess(child.pid as number),
      });
    });
  });
}
