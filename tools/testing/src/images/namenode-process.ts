import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { until } from '../cluster/index.js';

const RFS = fileURLToPath(new URL('../../../cli/bin/rfs.js', import.meta.url));

/** What of a process is recorded, and where. */
export interface Recorded {
  /** The library made of `tools/testing/clients/record_disk.c`. */
  readonly recorder: string;
  /** The folder whose changes are recorded; not the one the process makes itself, but one above. */
  readonly disk: string;
  readonly record: string;
  /** The process is killed behind the record of that number. */
  readonly killAt?: number;
}

/** `rfs namenode` as a process of its own. */
export class NamenodeProcess {
  /** Fulfilled when the process is gone. */
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private log = '';

  constructor(words: readonly string[], recorded?: Recorded) {
    const env = recorded === undefined ? process.env : { ...process.env, ...environmentOf(recorded) };
    this.child = spawn(process.execPath, [RFS, 'namenode', ...words], { stdio: ['ignore', 'inherit', 'pipe'], env });
    this.ended = once(this.child, 'close');
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** Its address once it serves. Throws with its log when it ends before. */
  async rpc(): Promise<string> {
    await until('the namenode serves', () => {
      if (this.child.exitCode !== null) throw new Error(`the namenode ended with ${this.child.exitCode}: ${this.log}`);
      return this.log.includes('namenode serves');
    });
    return /"rpc":"([^"]*)"[^\n]*namenode serves/.exec(this.log)?.[1] as string;
  }

  /** What it wrote that is no line of its log: LMDB complains so of pages that cannot be. */
  get complaints(): string[] {
    return this.log.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

function environmentOf({ recorder, disk, record, killAt }: Recorded): Record<string, string> {
  return {
    LD_PRELOAD: recorder,
    RECORD_UNDER: disk,
    RECORD_TO: record,
    ...(killAt === undefined ? {} : { RECORD_KILL_AT: String(killAt) }),
    // What libuv gives to the kernel's ring is no system call that could be seen.
    UV_USE_IO_URING: '0',
  };
}
