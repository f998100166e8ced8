import { AssertionFailure, assert } from '@rfs/base/assert';
import { ByteReader } from '@rfs/base/bytes';
import { isFailure } from '@rfs/base/failure';
import { FIRST_GENERATION_STAMP, LAST_RESERVED_BLOCK_ID, ROOT_INODE_ID } from '@rfs/base/ids';
import type { Store, StoreReader } from '@rfs/base/store';
import { CommandKind } from '../generated/command.js';
import { CommandReader } from './commands.js';
import type { Operation } from './context.js';
import { EventLog } from './event-log.js';
import type { NamespaceEvents } from './events.js';
import { Keys, MetaRow } from './keys.js';
import { Leases } from './leases.js';
import { DEFAULT_LIMITS, decodeLimits, type Limits } from './limits.js';
import { Names } from './names.js';
import { operations } from './ops/index.js';
import { type Caller, NOBODY } from './permissions.js';
import { decodeIdentity, decodeState, type IdentityRow, type StateRow } from './records.js';
import { type KeptReply, keptReplies } from './replies.js';
import { notBootstrapped } from './resolve.js';
import { RetryCache } from './retry-cache.js';
import { hashOfCall } from './retry-index.js';
import { Tree } from './tree.js';
import { BatchView } from './view.js';

/** A committed entry of the log. */
export interface CommittedEntry {
  readonly index: number;
  readonly term: number;
  /** COMMAND_ENTRY or IDENTITY_ENTRY; what is Raft's own changes nothing here. */
  readonly kind: number;
  readonly data: Uint8Array;
}

/** The kind of an entry that holds a command (the log's EntryKind.normal). */
export const COMMAND_ENTRY = 1;
/** The kind of the log's first entry (EntryKind.identity), which holds the bootstrap command. */
export const IDENTITY_ENTRY = 4;

export interface StateMachineOptions {
  /** How many directories stay in memory. */
  readonly maxCachedDirectories?: number;
}

/**
 * The namespace of one replica: committed entries go in, replies or refusals come out. Synchronous and deterministic:
 * the same entries make the same bytes in the store, however they were cut into batches.
 */
export class StateMachine {
  readonly tree: Tree;
  readonly leases = new Leases();
  private readonly store: Store;
  private readonly target: NamespaceEvents;
  private view: BatchView;
  private retries = new RetryCache();
  private readonly reader = new ByteReader(new Uint8Array(0));
  private readonly command = new CommandReader();
  private readonly context: MutableContext;
  private broken = false;

  /** Opens what is in the store; an empty one waits for the bootstrap command. `events` hears of every batch. */
  constructor(store: Store, events: NamespaceEvents, options: StateMachineOptions = {}) {
    this.store = store;
    this.target = events;
    const names = new Names();
    this.tree = new Tree(store, names, { maxDirectories: options.maxCachedDirectories ?? 65_536 });
    this.view = this.load();
    this.context = { view: this.view, caller: NOBODY, timeMs: 0, clientMachine: '' };
    this.retries.load(store, this.view.state.appliedIndex);
    this.leases.loadSome(store, Number.POSITIVE_INFINITY);
  }

  /**
   * The store has the content of `prepared` now: forgets all that was read of the one before, and opens what is there.
   */
  reload(prepared: PreparedState): void {
    assert(!this.broken, 'a reload inside a batch');
    this.tree.clear();
    this.tree.names.clear();
    this.leases.become(prepared.leases);
    this.retries = prepared.retries;
    this.command.clear();
    this.view = this.load();
    this.context.view = this.view;
  }

  /** Index of the last entry applied; the state id of everything read from here. */
  get appliedIndex(): number {
    return this.view.state.appliedIndex;
  }

  get appliedTerm(): number {
    return this.view.state.appliedTerm;
  }

  get identity(): IdentityRow | undefined {
    return this.view.identity;
  }

  get limits(): Limits {
    return this.view.limits;
  }

  /** The numbers that are one per filesystem. */
  get state(): Readonly<StateRow> {
    return this.view.state;
  }

  get retryEntries(): number {
    return this.retries.entryCount;
  }

  /**
   * Applies entries in one transaction that also holds the applied index and the retry cache, puts each one's reply or
   * refusal at its place in `results`, then tells the events. What throws has changed nothing in the store, but what
   * is in memory has to be opened again: the node stops.
   */
  applyBatch(entries: readonly CommittedEntry[], results: unknown[]): void {
    assert(!this.broken, 'a batch after one that failed');
    if (entries.length === 0) return;
    const { view } = this;
    this.broken = true;
    this.store.write((writer) => {
      view.begin(writer);
      for (let i = 0; i < entries.length; i++) results[i] = this.applyEntry(entries[i] as CommittedEntry);
      this.retries.flush(writer, this.tree.keys);
      view.finish();
    });
    this.tree.store = this.store;
    this.broken = false;
    view.events.tell(this.target);
    this.tree.trim();
  }

  /** The kept success of a call that was carried out before; undefined when it was not, or is forgotten. */
  repeated(clientId: Uint8Array, callId: number, kind: CommandKind): unknown {
    const kept = keptReplies[kind];
    if (kept === undefined || callId < 0 || clientId.length !== 16) return undefined;
    return this.replyBefore(kept, hashOfCall(clientId, 0, callId), clientId, 0, callId);
  }

  private replyBefore(kept: KeptReply, hash: number, bytes: Uint8Array, at: number, callId: number): unknown {
    const payload = this.retries.find(this.tree.store, this.tree.keys, hash, bytes, at, callId);
    if (payload === undefined) return undefined;
    this.reader.reset(payload);
    return kept.decode(this.reader);
  }

  private applyEntry(entry: CommittedEntry): unknown {
    const { view } = this;
    const { state } = view;
    // PERF: not `assert`, whose message would be put together on every call.
    if (entry.index <= state.appliedIndex) {
      throw new AssertionFailure(`entry ${entry.index} after ${state.appliedIndex}`);
    }
    state.appliedIndex = entry.index;
    state.appliedTerm = entry.term;
    this.retries.advance(view.writer, this.tree.keys, entry.index, state.timeMs);
    if (entry.kind !== COMMAND_ENTRY && entry.kind !== IDENTITY_ENTRY) return undefined;
    const { command, context } = this;
    command.read(entry.data);
    const { kind, origin, timeMs, callId } = command;
    if (timeMs > state.timeMs) state.timeMs = timeMs;
    if (view.identity === undefined && kind !== CommandKind.BOOTSTRAP) return notBootstrapped();

    const kept = keptReplies[kind];
    const cached = kept !== undefined && callId >= 0;
    const hash = cached ? hashOfCall(entry.data, command.clientIdAt, callId) : 0;
    if (cached) {
      const before = this.replyBefore(kept, hash, entry.data, command.clientIdAt, callId);
      if (before !== undefined) return before;
    }
    context.caller = view.limits.permissionsEnabled ? origin.caller : origin.privileged;
    context.timeMs = timeMs;
    context.clientMachine = origin.clientMachine;
    const operation = operations[kind] as unknown as Operation<unknown>;
    const reply = operation(context, command.message);
    if (cached && !isFailure(reply) && kept.keeps(reply)) {
      this.retries.add(hash, entry.data, command.clientIdAt, callId, state.timeMs, kept, reply);
    }
    return reply;
  }

  private load(): BatchView {
    const { store, tree, leases } = this;
    tree.names.load(store);
    const state = this.readState();
    return new BatchView(tree, state, leases, new EventLog(), this.readLimits(), this.readIdentity());
  }

  private readState(): StateRow {
    const value = this.store.get(this.tree.keys.meta(MetaRow.STATE));
    if (value !== undefined) {
      this.reader.reset(value);
      return decodeState(this.reader);
    }
    return {
      appliedIndex: 0,
      appliedTerm: 0,
      timeMs: 0,
      lastInodeId: ROOT_INODE_ID,
      lastBlockId: LAST_RESERVED_BLOCK_ID,
      lastStamp: FIRST_GENERATION_STAMP,
      safeMode: false,
      blockCount: 0,
      detachedCount: 0,
    };
  }

  private readLimits(): Limits {
    const value = this.store.get(this.tree.keys.meta(MetaRow.LIMITS));
    if (value === undefined) return DEFAULT_LIMITS;
    this.reader.reset(value);
    return decodeLimits(this.reader);
  }

  private readIdentity(): IdentityRow | undefined {
    const value = this.store.get(this.tree.keys.meta(MetaRow.IDENTITY));
    if (value === undefined) return undefined;
    this.reader.reset(value);
    return decodeIdentity(this.reader);
  }
}

/** What operations are given, one command after the other. */
interface MutableContext {
  view: BatchView;
  caller: Caller;
  timeMs: number;
  clientMachine: string;
}

/** Rows of the retry cache read in one step: of 64 calls each. */
const STEP_ROWS = 100;
const STEP_OPEN_FILES = 2000;

/** What takes long to read of another content for the store: read in steps before it takes its place. */
export class PreparedState {
  readonly retries = new RetryCache();
  readonly leases = new Leases();
  private readonly store: StoreReader;
  private readonly appliedIndex: number;
  private retriesRead = false;

  /** `store` must not change before it is in place. */
  constructor(store: StoreReader) {
    this.store = store;
    this.appliedIndex = appliedIn(store).index;
  }

  /** Reads a little more; true when all is read. */
  step(): boolean {
    if (!this.retriesRead) this.retriesRead = this.retries.loadSome(this.store, this.appliedIndex, STEP_ROWS);
    else return this.leases.loadSome(this.store, STEP_OPEN_FILES);
    return false;
  }
}

/** The last entry whose effects a store holds, without opening all of it; 0 and 0 for an empty one. */
export function appliedIn(store: StoreReader): { readonly index: number; readonly term: number } {
  const value = store.get(new Keys().meta(MetaRow.STATE));
  if (value === undefined) return { index: 0, term: 0 };
  const { appliedIndex, appliedTerm } = decodeState(new ByteReader(value));
  return { index: appliedIndex, term: appliedTerm };
}
