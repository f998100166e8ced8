import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVER_CORE } from './peer.js';
import { freePort, waitForPort } from './processes.js';
import { PROGRAM } from './rfs.js';

/** One rfs namenode under our own hand, to be killed and started again. */
export class NamenodeProcess {
  readonly rpc: string;
  readonly http: string;
  private readonly folder: string;
  private readonly properties: Readonly<Record<string, string>>;
  private child: ChildProcess | undefined;

  private constructor(folder: string, rpc: string, http: string, properties: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.rpc = rpc;
    this.http = http;
    this.properties = properties;
  }

  /** Starts one in a scratch folder and waits until it serves. */
  static async start(properties: Readonly<Record<string, string>>): Promise<NamenodeProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'rfs-bench-namenode-'));
    const address = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
    const namenode = new NamenodeProcess(folder, await address(), await address(), properties);
    namenode.exec();
    await waitForPort(namenode.rpc);
    await waitForPort(namenode.http);
    return namenode;
  }

  /** Starts the process and does not wait. */
  exec(): void {
    const settings = Object.entries(this.properties).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    const log = openSync(join(this.folder, 'log'), 'a');
    this.child = spawn(
      'taskset',
      [
        ...['-c', String(SERVER_CORE), process.execPath, PROGRAM, 'namenode', '--bootstrap'],
        ...['--rpc-address', this.rpc, '--http-address', this.http],
        ...['--name-dir', `file://${this.folder}/name`, ...settings],
      ],
      // The channel ends with this process in whatever way it ends, and the namenode stops then.
      { stdio: ['ignore', log, log, 'ipc'] },
    );
  }

  /** kill -9; fulfilled when the process is gone. */
  kill(): Promise<void> {
    const child = this.child as ChildProcess;
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  /** Anonymous memory in MB: heap and buffers, without the pages of mapped files. */
  rssAnonMb(): number {
    const status = readFileSync(`/proc/${this.child?.pid}/status`, 'utf8');
    return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  /** Longest delay of the event loop since the start, in ms, from /metrics. */
  async longestPauseMs(): Promise<number> {
    const text = await (await fetch(`http://${this.http}/metrics`)).text();
    return Number(/^rfs_event_loop_delay_max_seconds (\S+)/m.exec(text)?.[1]) * 1000;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
