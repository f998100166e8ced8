import { Ring } from '@rfs/base/collections';
import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { ProposalSink } from './types.js';

interface Outstanding {
  /** Null when the sink has been answered already. */
  sink: ProposalSink | null;
  readonly bytes: number;
}

/** Sinks of proposals that stand in the log and are not applied, by index. */
export class Proposals {
  private readonly ring = new Ring<Outstanding>();
  private firstIndex = 0;
  private bytes = 0;

  /** Proposals whose sinks wait, and their data in bytes. */
  get count(): number {
    return this.ring.length;
  }

  get waitingBytes(): number {
    return this.bytes;
  }

  /** The proposal at `index`, which is above all before. */
  add(index: LogIndex, sink: ProposalSink, bytes: number): void {
    if (this.ring.length === 0) this.firstIndex = index;
    while (this.firstIndex + this.ring.length < index) this.ring.push({ sink: null, bytes: 0 });
    this.ring.push({ sink, bytes });
    this.bytes += bytes;
  }

  /** Takes the sink of `index`; each index is asked for once, in order. Null when nobody waits for it. */
  take(index: LogIndex): ProposalSink | null {
    if (this.ring.length === 0 || index < this.firstIndex) return null;
    const oldest = this.ring.shift()!;
    this.firstIndex++;
    this.bytes -= oldest.bytes;
    return oldest.sink;
  }

  /** Tells all that wait that nobody knows; their entries may be applied yet. */
  refuseAll(failure: Failure): void {
    for (let i = 0; i < this.ring.length; i++) {
      const outstanding = this.ring.at(i)!;
      const sink = outstanding.sink;
      outstanding.sink = null;
      sink?.refused(failure);
    }
  }

  /** Forgets all, answered before: their entries may be replaced by others with the same indexes. */
  clear(): void {
    this.ring.clear();
    this.bytes = 0;
  }
}
