import type { Timer } from '@rfs/base/seams';

/** One thing that will happen, unless it is cancelled. */
class Event implements Timer {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler, atMs: number, order: number, run: () => void) {
    this.scheduler = scheduler;
    this.atMs = atMs;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    if (this.run === undefined) return;
    this.run = undefined;
    this.scheduler.cancelled();
  }
}

/** So many cancelled events may lie between those to come, and more if these are many. */
const CANCELLED_EVENTS = 64;

/**
 * The simulated world's time: events in order of their time, those of one moment in the order they were asked for.
 * Everything that happens is mixed into a number, so that two runs can be compared.
 */
export class Scheduler {
  private heap: Event[] = [];
  /** Of `heap`, how many will not happen. */
  private dead = 0;
  private now = 0;
  private orders = 0;
  private count = 0;
  private hash = 0x811c9dc5;

  /** Ms since the world began. */
  get nowMs(): number {
    return this.now;
  }

  /** Events that have happened. */
  get eventCount(): number {
    return this.count;
  }

  /** A number over all that was noted and when. */
  get trace(): number {
    return this.hash >>> 0;
  }

  /** Mixes facts into the trace. */
  note(a: number, b: number): void {
    let hash = Math.imul(this.hash ^ a, 0x01000193);
    hash = Math.imul(hash ^ b, 0x01000193);
    this.hash = hash ^ (hash >>> 15);
  }

  after(delayMs: number, run: () => void): Timer {
    const event = new Event(this, this.now + delayMs, ++this.orders, run);
    this.heap.push(event);
    this.rise(event, this.heap.length - 1);
    return event;
  }

  /** For events: one that was to come will not. */
  cancelled(): void {
    this.dead++;
    if (this.dead <= CANCELLED_EVENTS || 2 * this.dead < this.heap.length) return;
    this.heap = this.heap.filter(({ run }) => run !== undefined).sort(inOrder);
    this.dead = 0;
  }

  /** Lets the next event happen; false when nothing is left to happen. */
  step(): boolean {
    for (let event = this.take(); event !== undefined; event = this.take()) {
      const { run } = event;
      if (run === undefined) {
        this.dead--;
        continue;
      }
      event.run = undefined;
      this.now = event.atMs;
      this.count++;
      this.note(event.order, Math.floor(event.atMs * 1024));
      run();
      return true;
    }
    return false;
  }

  private take(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last !== first) this.sink(last!);
    return first;
  }

  private rise(event: Event, from: number): void {
    const { heap } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (before(above, event)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  private sink(event: Event): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(event, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function inOrder(a: Event, b: Event): number {
  return before(a, b) ? -1 : 1;
}
