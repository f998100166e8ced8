import type { Clock, Timer } from '@rfs/base/seams';
import type { Group, ReadSink } from '../replication/index.js';

/** After a refusal (nobody leads yet) the group is asked again. */
const RETRY_MS = 100;

/**
 * Calls `reached` once, when this replica has for the first time applied everything that was committed when it asked.
 * Until then what it counts of the namespace says little: a block map of what is applied so far would find that nothing
 * is missing, and end the startup safe mode.
 */
export class CatchUp implements ReadSink {
  private readonly group: Pick<Group, 'readIndex'>;
  private readonly clock: Clock;
  private readonly reached: () => void;
  private timer: Timer | null = null;
  private done = false;

  constructor(group: Pick<Group, 'readIndex'>, clock: Clock, reached: () => void) {
    this.group = group;
    this.clock = clock;
    this.reached = reached;
  }

  start(): void {
    this.timer = null;
    this.group.readIndex(this);
  }

  /** The state is another one, as after a start; without effect before the first time. */
  again(): void {
    if (!this.done) return;
    this.done = false;
    this.start();
  }

  readable(): void {
    if (this.done) return;
    this.done = true;
    this.reached();
  }

  refused(): void {
    if (!this.done) this.timer = this.clock.setTimer(RETRY_MS, () => this.start());
  }

  close(): void {
    this.done = true;
    this.timer?.cancel();
    this.timer = null;
  }
}
