import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Peer, PeerOptions } from './peer.js';
import { SERVER_CORE } from './peer.js';
import { runProgram, waitForPort } from './processes.js';

/** Beside the project when it is there; it brings Apache Hadoop's jars. */
export const COMPAT = resolve(import.meta.dirname, '../../../../shared/compat');

/** A real Apache HDFS, or undefined when the means to start one are not there. */
export async function startApache(options: PeerOptions): Promise<Peer | undefined> {
  const script = join(COMPAT, 'apache.sh');
  if (!existsSync(script)) return undefined;
  const properties = Object.entries(options.properties).map(([name, value]) => `${name}=${value}`);
  const { folder } = options;
  const pinned = ['-c', String(SERVER_CORE), 'bash', script, 'up', folder, String(options.datanodes), ...properties];
  const output = await runProgram('taskset', pinned);
  const [, rpc, http] = /hdfs=hdfs:\/\/(\S+) http=(\S+)/.exec(output) as unknown as [string, string, string];
  await waitForPort(rpc);
  const [namenodePid, ...datanodePids] = readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
  return {
    name: 'apache',
    rpc,
    http,
    namenodePid: namenodePid as number,
    datanodePids,
    conf: join(folder, 'conf'),
    stop: async () => {
      await runProgram('bash', [script, 'down', folder]);
    },
  };
}

/** The class path of Hadoop's clients with the configuration of a peer; brings the jars the first time. */
export async function classPath(conf: string): Promise<string> {
  const cache = (await runProgram('bash', [join(COMPAT, 'setup.sh')])).trim();
  return `${conf}:${cache}/conf:${cache}/lib/*`;
}
