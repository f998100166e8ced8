import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { until } from './process-cluster.js';

const RFS = fileURLToPath(new URL('../../../cli/bin/rfs.js', import.meta.url));

/** Those that run: whoever started them may end before it has stopped them. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `rfs namenode` as a process of its own. */
export class NamenodeProcess {
  /** Fulfilled when the process is gone. */
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private log = '';

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, ...environment };
    this.child = spawn(process.execPath, [RFS, 'namenode', ...words], { stdio: ['ignore', 'inherit', 'pipe'], env });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
    this.ended = once(this.child, 'close');
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** Its address once it serves. Throws with its log when it ends before. */
  async rpc(): Promise<string> {
    await until('the namenode serves', () => {
      if (this.isGone) throw new Error(`the namenode has ended: ${this.log}`);
      return this.log.includes('namenode serves');
    });
    return /"rpc":"([^"]*)"[^\n]*namenode serves/.exec(this.log)?.[1] as string;
  }

  /** What it wrote that is no line of its log: LMDB complains so of pages that cannot be. */
  get complaints(): string[] {
    return this.log.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a signal, if it is still there, and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}
