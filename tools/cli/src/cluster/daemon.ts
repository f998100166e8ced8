import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '@rfs/base/seams';
import type { DaemonPlan } from './plan.js';

const PROGRAM = fileURLToPath(new URL('../../bin/rfs.js', import.meta.url));
/** How long a daemon that died stays down. */
const RESTART_AFTER_MS = 1000;
/** Log lines shown when a daemon ends before it was ready. */
const TAIL_LINES = 15;

/** Who is told about a daemon's life. */
export interface DaemonWatcher {
  died(daemon: Daemon, how: string): void;
  /** It serves, for the first time or again. */
  serves(daemon: Daemon): void;
}

/**
 * One daemon as a child process, started again when it dies. The channel to the child ends with this process in
 * whatever way it ends, and the child stops then; so kill -9 of rfs up leaves nothing behind.
 */
export class Daemon {
  readonly plan: DaemonPlan;
  private readonly clock: Clock;
  private readonly watcher: DaemonWatcher;
  private readonly restarts: boolean;
  private readonly environment: Readonly<Record<string, string | undefined>>;
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private restartTimer: Timer | undefined;
  private stopping = false;

  constructor(
    plan: DaemonPlan,
    options: {
      readonly clock: Clock;
      readonly watcher: DaemonWatcher;
      readonly restarts: boolean;
      readonly environment: Readonly<Record<string, string | undefined>>;
    },
  ) {
    this.plan = plan;
    this.clock = options.clock;
    this.watcher = options.watcher;
    this.restarts = options.restarts;
    this.environment = options.environment;
  }

  /** Process id of the running child, 0 when there is none. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts the child; fulfilled when it says that it serves, rejected when it ends before that. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.launch(this.plan.founds, resolve, (how) => reject(new Error(`${this.plan.id} ${how}\n${this.logTail()}`)));
    });
  }

  /** Asks the child to stop and, after `patienceMs`, ends it. Fulfilled when it is gone. */
  async stop(patienceMs: number): Promise<void> {
    this.stopping = true;
    this.restartTimer?.cancel();
    const child = this.child;
    if (child === undefined) return;
    child.kill('SIGTERM');
    const deadline = this.clock.setTimer(patienceMs, () => child.kill('SIGKILL'));
    await this.exited;
    deadline.cancel();
  }

  private launch(founds: boolean, onReady: () => void, onEarlyEnd: (how: string) => void): void {
    const log = openSync(this.plan.logFile, 'a');
    // Node's own flags hold for the daemons too: for profiles and heap limits.
    const args = [
      ...process.execArgv,
      PROGRAM,
      this.plan.command,
      '--conf',
      this.plan.confFolder,
      ...(founds ? ['--bootstrap'] : []),
    ];
    // A session of its own: the terminal's Ctrl-C reaches rfs up alone, which then stops everything in order.
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...this.environment, HADOOP_CONF_DIR: this.plan.confFolder },
    });
    closeSync(log);
    this.child = child;
    let ready = false;
    // The only thing a daemon ever says to its parent: that it serves.
    child.once('message', () => {
      ready = true;
      this.watcher.serves(this);
      onReady();
    });
    this.exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.child === child) this.child = undefined;
        resolve();
        if (!ready) onEarlyEnd(how);
        this.afterEnd(how, ready);
      };
      child.once('error', (error) => ended(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => ended(signal === null ? `ended with code ${code}` : `ended by ${signal}`));
    });
  }

  private afterEnd(how: string, wasReady: boolean): void {
    if (this.stopping || !wasReady) return;
    this.watcher.died(this, how);
    if (this.restarts) this.restartLater();
  }

  private restartLater(): void {
    this.restartTimer = this.clock.setTimer(RESTART_AFTER_MS, () =>
      this.launch(
        // Whatever became of its folder: the file system exists.
        false,
        () => undefined,
        (how) => {
          if (this.stopping) return;
          this.watcher.died(this, how);
          this.restartLater();
        },
      ),
    );
  }

  private logTail(): string {
    return readFileSync(this.plan.logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }
}
