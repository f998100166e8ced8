import type { Clock, Timer } from '@rfs/base/seams';
import { CommandKind, type FileStatus, type StateMachine } from '../namespace/index.js';
import type { Proposer } from './proposer.js';

/** How long reads are collected before their access times become one command. */
const COLLECT_MS = 1000;
/** Files in one command; when more are read meanwhile, the rest waits for the next read of the file. */
const MAX_FILES = 10_000;

/** Tells the leader of files that were read here; may do nothing. */
export type TellLeader = (inodeIds: number[]) => void;

/**
 * Access times of files that are read. They change at most once per precision (dfs.namenode.accesstime.precision) and
 * reads never wait for them: those that are due are proposed together, later, or told to the leader, and lost when the
 * node stops before.
 */
export class AccessTimes {
  private readonly due = new Set<number>();
  private readonly machine: StateMachine;
  private readonly proposer: Proposer;
  private readonly clock: Clock;
  private readonly tellLeader: TellLeader;
  private timer: Timer | null = null;

  constructor(machine: StateMachine, proposer: Proposer, clock: Clock, tellLeader: TellLeader) {
    this.machine = machine;
    this.proposer = proposer;
    this.clock = clock;
    this.tellLeader = tellLeader;
  }

  /** The file was read just now. */
  touch(file: FileStatus): void {
    const precisionMs = this.machine.limits.accessTimePrecisionMs;
    if (precisionMs === 0 || this.clock.nowMs() <= file.atimeMs + precisionMs) return;
    this.collect(file.id);
  }

  /** Files that were read at another namenode, and are due there. */
  note(inodeIds: readonly number[]): void {
    for (const id of inodeIds) this.collect(id);
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
    this.due.clear();
  }

  private collect(inodeId: number): void {
    if (this.due.size >= MAX_FILES) return;
    this.due.add(inodeId);
    this.timer ??= this.clock.setTimer(COLLECT_MS, () => this.propose());
  }

  private propose(): void {
    this.timer = null;
    const inodeIds = [...this.due];
    this.due.clear();
    if (!this.proposer.leading) {
      this.tellLeader(inodeIds);
      return;
    }
    this.proposer.proposeOwn(CommandKind.TOUCH_ACCESS_TIMES, { inodeIds }, DROPPABLE);
  }
}

/** Nobody waits for access times, and losing some is allowed. */
const DROPPABLE = { applied: (): void => undefined, refused: (): void => undefined };
