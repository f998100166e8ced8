import type { Failure } from '@rfs/base/failure';
import type { ProposalSink } from './types.js';

/** Proposals of this turn, on their way to the core. */
export class ProposalQueue {
  private data: Uint8Array[] = [];
  private sinks: ProposalSink[] = [];
  bytes = 0;

  get count(): number {
    return this.data.length;
  }

  push(data: Uint8Array, sink: ProposalSink): void {
    this.data.push(data);
    this.sinks.push(sink);
    this.bytes += data.length;
  }

  /** Everything that waits; the queue is empty then. */
  take(): { readonly data: Uint8Array[]; readonly sinks: ProposalSink[] } {
    const { data, sinks } = this;
    this.data = [];
    this.sinks = [];
    this.bytes = 0;
    return { data, sinks };
  }

  refuseAll(failure: Failure): void {
    for (const sink of this.take().sinks) sink.refused(failure);
  }
}
