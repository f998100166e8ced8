import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./host.js', import.meta.url));
/** A namenode that has not answered by then does not start, or does not stop. */
const PATIENCE_MS = 60_000;

/** What the parent of a host asks for. */
export type HostRequest = { readonly kind: 'start'; readonly folder: string } | { readonly kind: 'stop' };

/** What comes of it: the address of what was started, or why it was not or what its end left wrong. */
export interface HostAnswer {
  readonly rpc?: string;
  readonly failure?: string;
}

/** Starts namenodes on folders, one at a time, in a process of their own that is started again when one ends it. */
export class NamenodeHost {
  private readonly wholeJournal: string;
  private child: ChildProcess | undefined;
  /** What the process has complained of since it was last asked; LMDB does so where it finds pages that cannot be. */
  private complaints = '';

  /** @param wholeJournal folder of a journal with all entries from the first on */
  constructor(wholeJournal: string) {
    this.wholeJournal = wholeJournal;
  }

  start(folder: string): Promise<HostAnswer> {
    return this.ask({ kind: 'start', folder });
  }

  /** Stops the namenode in order and looks at what it leaves. */
  stop(): Promise<HostAnswer> {
    return this.ask({ kind: 'stop' });
  }

  /** Ends the process, whatever runs in it. */
  kill(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private ask(request: HostRequest): Promise<HostAnswer> {
    const child = this.child ?? this.begin();
    this.complaints = '';
    return new Promise((resolve) => {
      const end = (answer: HostAnswer): void => {
        clearTimeout(late);
        child.removeAllListeners();
        const { complaints } = this;
        resolve(complaints === '' ? answer : { failure: `${answer.failure ?? 'it complains'}: ${complaints}` });
      };
      const late = setTimeout(() => {
        this.kill();
        end({ failure: `no answer after ${PATIENCE_MS} ms` });
      }, PATIENCE_MS);
      child.once('message', (answer: HostAnswer) => end(answer));
      child.once('exit', (code, signal) => {
        this.child = undefined;
        end({ failure: `its process ended with ${code ?? signal}` });
      });
      child.send(request);
    });
  }

  private begin(): ChildProcess {
    const child = fork(PROGRAM, [this.wholeJournal], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    this.child = child;
    return child;
  }
}
