import type { Clock, Timer } from '../seams/index.js';

class VirtualTimer implements Timer {
  readonly dueMs: number;
  readonly order: number;
  action: (() => void) | null;

  constructor(dueMs: number, order: number, action: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.action = action;
  }

  cancel(): void {
    this.action = null;
  }
}

/**
 * A clock that stands still until a test or simulator moves it. Timers fire in order of their due time, those due
 * together in the order they were set; while one fires the clock shows exactly its due time.
 */
export class VirtualClock implements Clock {
  private readonly heap: VirtualTimer[] = [];
  private elapsedMs = 0;
  private wallOffsetMs: number;
  private timersSet = 0;

  /** @param wallMs what nowMs() shows at the start */
  constructor(wallMs = 1_700_000_000_000) {
    this.wallOffsetMs = wallMs;
  }

  nowMs(): number {
    return Math.floor(this.wallOffsetMs + this.elapsedMs);
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  setTimer(delayMs: number, action: () => void): Timer {
    const timer = new VirtualTimer(this.elapsedMs + Math.max(0, delayMs), this.timersSet++, action);
    this.push(timer);
    return timer;
  }

  /** Lets `durationMs` pass and fires what falls due, timers set meanwhile included. */
  advance(durationMs: number): void {
    const untilMs = this.elapsedMs + durationMs;
    for (let next = this.nextDueMs(); next !== undefined && next <= untilMs; next = this.nextDueMs()) this.fireNext();
    this.elapsedMs = untilMs;
  }

  /** Jumps to the next timer and fires it; false when none is set. */
  fireNext(): boolean {
    this.dropCancelled();
    const timer = this.pop();
    if (timer === undefined) return false;
    this.elapsedMs = Math.max(this.elapsedMs, timer.dueMs);
    const action = timer.action!;
    timer.action = null;
    action();
    return true;
  }

  /** On the monotonic scale, when the next timer is due; undefined when none is set. */
  nextDueMs(): number | undefined {
    this.dropCancelled();
    return this.heap[0]?.dueMs;
  }

  /** Moves the wall clock alone, as an operator or NTP may: `byMs` may be negative. */
  jumpWallClock(byMs: number): void {
    this.wallOffsetMs += byMs;
  }

  private dropCancelled(): void {
    while (this.heap.length > 0 && this.heap[0]!.action === null) this.pop();
  }

  private push(timer: VirtualTimer): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent]!, timer)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  private pop(): VirtualTimer | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
