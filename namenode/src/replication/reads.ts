import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { ReadState } from '../raft/index.js';
import type { ReadSink } from './types.js';

interface ReadBatch {
  readonly context: number;
  readonly sinks: ReadSink[];
  /** The index they wait for; undefined until the core names it. */
  index: LogIndex | undefined;
  /** Ticks that passed without it. */
  age: number;
}

/** A question or its answer may be lost on the way to the leader: it is asked again after this many ticks. */
const REPEAT_TICKS = 4;

/** Linearizable reads: those of one turn share one read index (thesis 6.4). */
export class Reads {
  private collecting: ReadSink[] = [];
  private batches: ReadBatch[] = [];
  private context: number;

  /** Contexts count up from `context`: answers to questions from before a restart must mean nothing. */
  constructor(context: number) {
    this.context = context;
  }

  get hasNew(): boolean {
    return this.collecting.length > 0;
  }

  add(sink: ReadSink): void {
    this.collecting.push(sink);
  }

  /** Everything collected becomes one batch; the context to ask the core with. */
  close(): number {
    const context = ++this.context;
    this.batches.push({ context, sinks: this.collecting, index: undefined, age: 0 });
    this.collecting = [];
    return context;
  }

  confirmed(states: readonly ReadState[]): void {
    for (const { context, index } of states) {
      const batch = this.batches.find((candidate) => candidate.context === context);
      if (batch !== undefined) batch.index ??= index;
    }
  }

  /** A tick has passed: the contexts to ask with again. What got no answer in `limitTicks` is refused. */
  tick(limitTicks: number, failure: () => Failure): number[] {
    if (this.batches.length === 0) return [];
    const again: number[] = [];
    const overdue: ReadBatch[] = [];
    for (const batch of this.batches) {
      if (batch.index !== undefined) continue;
      batch.age++;
      if (batch.age >= limitTicks) overdue.push(batch);
      else if (batch.age % REPEAT_TICKS === 0) again.push(batch.context);
    }
    if (overdue.length > 0) {
      this.batches = this.batches.filter((batch) => !overdue.includes(batch));
      for (const batch of overdue) for (const sink of batch.sinks) sink.refused(failure());
    }
    return again;
  }

  /** Releases what `applied` is enough for. */
  release(applied: LogIndex): void {
    if (this.batches.length === 0) return;
    const ready = this.batches.filter(({ index }) => index !== undefined && index <= applied);
    if (ready.length === 0) return;
    this.batches = this.batches.filter((batch) => !ready.includes(batch));
    for (const batch of ready) for (const sink of batch.sinks) sink.readable(applied);
  }

  refuseAll(failure: Failure): void {
    const refused = [...this.batches.flatMap((batch) => batch.sinks), ...this.collecting];
    this.batches = [];
    this.collecting = [];
    for (const sink of refused) sink.refused(failure);
  }
}
