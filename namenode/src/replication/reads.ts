import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { ReadState } from '../raft/index.js';
import type { ReadSink } from './types.js';

interface ReadBatch {
  readonly context: number;
  readonly sinks: ReadSink[];
  /** The index they wait for; undefined until the core names it. */
  index: LogIndex | undefined;
}

/** Linearizable reads: those of one turn share one read index (thesis 6.4). */
export class Reads {
  private collecting: ReadSink[] = [];
  private batches: ReadBatch[] = [];
  private contexts = 0;

  get count(): number {
    return this.batches.reduce((count, batch) => count + batch.sinks.length, this.collecting.length);
  }

  get hasNew(): boolean {
    return this.collecting.length > 0;
  }

  add(sink: ReadSink): void {
    this.collecting.push(sink);
  }

  /** Everything collected becomes one batch; the context to ask the core with. */
  close(): number {
    const context = ++this.contexts;
    this.batches.push({ context, sinks: this.collecting, index: undefined });
    this.collecting = [];
    return context;
  }

  confirmed(states: readonly ReadState[]): void {
    for (const { context, index } of states) {
      const batch = this.batches.find((candidate) => candidate.context === context);
      if (batch !== undefined) batch.index = index;
    }
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
