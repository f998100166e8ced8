import { Ring } from '@rfs/base/collections';
import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import { MAX_ENTRY_BYTES } from '../journal/index.js';
import type { RaftCore } from '../raft/index.js';
import type { ReplicatorLimits } from './options.js';
import { notLeading } from './refusals.js';
import type { ProposalSink, ReplicationObserver } from './types.js';

/** Turns for which proposals wait at most while each brings more. */
const GATHER_TURNS = 8;

interface Outstanding {
  /** Null when the sink has been answered already. */
  sink: ProposalSink | null;
  readonly bytes: number;
}

/** Proposals that wait: those of this turn, on their way to the core, and those that stand in the log, by index. */
export class Proposals {
  private readonly limits: ReplicatorLimits;
  private newData: Uint8Array[] = [];
  private newSinks: ProposalSink[] = [];
  private newBytes = 0;
  /** New ones that were there the turn before, and for how many turns in a row they have grown. */
  private seenCount = 0;
  private turns = 0;
  private readonly ring = new Ring<Outstanding>();
  private firstIndex = 0;
  private bytes = 0;

  constructor(limits: ReplicatorLimits) {
    this.limits = limits;
  }

  /** Proposals whose sinks wait. */
  get count(): number {
    return this.ring.length + this.newData.length;
  }

  /** Their data in bytes. */
  get waitingBytes(): number {
    return this.bytes + this.newBytes;
  }

  /** Why a proposal of `length` bytes cannot be taken; undefined when it can. */
  refusalFor(length: number, observer: ReplicationObserver): Failure | undefined {
    const long = tooLong(length);
    if (long !== undefined) return long;
    if (this.count < this.limits.waitingCount && this.waitingBytes + length <= this.limits.waitingBytes)
      return undefined;
    observer.proposalRefused();
    return failure('RetriableException', 'Too many changes wait for the journal');
  }

  push(data: Uint8Array, sink: ProposalSink): void {
    this.newData.push(data);
    this.newSinks.push(sink);
    this.newBytes += data.length;
  }

  get hasNew(): boolean {
    return this.newData.length > 0;
  }

  /**
   * Called once a turn: brings the new ones to the core, together. False while turn after turn brings more: clients that
   * are answered together ask again together, though not within one turn, and a batch costs every member a write,
   * messages and wake-ups, however little is in it. A proposal that is alone waits for nobody.
   */
  propose(core: RaftCore): boolean {
    const data = this.newData;
    const sinks = this.newSinks;
    if (this.count > 1 && data.length > this.seenCount && ++this.turns < GATHER_TURNS) {
      this.seenCount = data.length;
      return false;
    }
    this.seenCount = 0;
    this.turns = 0;
    if (data.length === 0) return true;
    this.newData = [];
    this.newSinks = [];
    this.newBytes = 0;
    const first = core.propose(data);
    for (let i = 0; i < sinks.length; i++) {
      if (first === undefined) sinks[i]!.refused(notLeading());
      else this.add((first + i) as LogIndex, sinks[i]!, data[i]!.length);
    }
    return true;
  }

  /** The entry at `index`, which is above all before, has a sink. */
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
  refuseAll(refusal: Failure): void {
    const sinks = this.newSinks;
    this.newData = [];
    this.newSinks = [];
    this.newBytes = 0;
    for (let i = 0; i < this.ring.length; i++) {
      const outstanding = this.ring.at(i)!;
      const sink = outstanding.sink;
      outstanding.sink = null;
      sink?.refused(refusal);
    }
    for (const sink of sinks) sink.refused(refusal);
  }

  /** Forgets all that stand in the log, answered before: others may take their indexes. */
  clear(): void {
    this.ring.clear();
    this.bytes = 0;
  }
}

/** Why an entry of `length` bytes cannot be. */
function tooLong(length: number): Failure | undefined {
  if (length <= MAX_ENTRY_BYTES) return undefined;
  return failure('IOException', `A change of ${length} bytes is above the limit of ${MAX_ENTRY_BYTES}`);
}
