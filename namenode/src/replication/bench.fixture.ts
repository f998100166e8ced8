import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { Disk } from '@rfs/base/seams';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { EntryKind, type LogEntry } from '../raft/index.js';
import type { Applier, NextTurn, ProposalSink, ReplicatorOptions } from './index.js';
import { Replicator } from './index.js';

export const FOLDER = '/name/journal';

/** A state machine that is the list of the commands it was given. */
export class ListApplier implements Applier {
  appliedIndex = 0 as LogIndex;
  congested = false;
  commands: string[];
  identity = '';
  readonly batches: number[] = [];

  constructor(commands: string[] = [], appliedIndex = 0) {
    this.commands = commands;
    this.appliedIndex = appliedIndex as LogIndex;
  }

  applyBatch(entries: readonly LogEntry[], results: unknown[]): void {
    this.batches.push(entries.length);
    for (const [i, { index, kind, data }] of entries.entries()) {
      if (index !== this.appliedIndex + 1) throw new Error(`entry ${index} after ${this.appliedIndex}`);
      this.appliedIndex = index;
      const text = Buffer.from(data).toString();
      if (kind === EntryKind.identity) this.identity = text;
      if (kind === EntryKind.normal) this.commands.push(text);
      if (text === 'throw') throw new Error('the state machine broke');
      results[i] = `did ${text}`;
    }
  }
}

/** Turns of an event loop that a test runs by hand. */
class ManualTurns {
  private waiting: (() => void)[] = [];
  readonly next: NextTurn = (action) => this.waiting.push(action);

  /** Runs one turn; false when nothing waited. */
  run(): boolean {
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
    return actions.length > 0;
  }
}

/** A replicator with everything around it, on a disk of the test's. */
export class Bench {
  readonly replicator: Replicator;
  readonly turns = new ManualTurns();
  readonly clock = new VirtualClock();
  readonly fatals: Error[] = [];
  readonly writes: number[] = [];
  refusedProposals = 0;
  serving = false;

  constructor(disk: Disk, applier: Applier, overrides: Partial<ReplicatorOptions> = {}) {
    this.replicator = Replicator.open({
      disk,
      folder: FOLDER,
      clock: this.clock,
      random: seededRandom(1),
      nextTurn: this.turns.next,
      applier,
      observer: {
        journalWrote: (count) => this.writes.push(count),
        appliedBatch: () => {},
        proposalRefused: () => {
          this.refusedProposals++;
        },
      },
      alone: true,
      identity: () => Buffer.from('CID-test'),
      fatal: (error) => this.fatals.push(error),
      ...overrides,
    });
  }

  start(): this {
    this.replicator.start(() => {
      this.serving = true;
    });
    return this;
  }
}

/** Sinks that write down what they hear, in order. */
export class Answers {
  readonly heard: string[] = [];
  readonly indexes: number[] = [];
  readonly failures: Failure[] = [];

  sink(): ProposalSink {
    return {
      applied: (result, index) => {
        this.heard.push(String(result));
        this.indexes.push(index);
      },
      refused: (failure) => this.failures.push(failure),
    };
  }
}
