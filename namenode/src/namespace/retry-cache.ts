import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { StoreReader, StoreWriter } from '@rfs/base/store';
import { type Keys, Table } from './keys.js';
import type { KeptReply } from './replies.js';
import { hashOfCall, RetryIndex } from './retry-index.js';
import { TableWalk } from './table-walk.js';

/** Log indexes whose successes share a row. */
const GROUP_ENTRIES = 64;
/** dfs.namenode.retrycache.expirytime.millis */
export const RETRY_EXPIRY_MS = 600_000;
/** Successes kept at most; the oldest groups go first. */
const RETRY_MAX_ENTRIES = 1 << 18;
/** Expired groups removed when a new group begins: bounds the work, and still outruns what comes in. */
const GROUPS_REMOVED = 8;

/**
 * The successes of at-most-once calls, by client id and call id (RetryCache). Only successes: a refusal that is
 * repeated is judged again. They are appended to rows by log index, so that the tree is written at its right edge
 * and expiry removes whole rows; which rows there are follows from the log alone, not from how it was cut in batches.
 * A compact index in memory answers most look-ups: that there is nothing.
 */
export class RetryCache {
  private readonly index = new RetryIndex();
  private readonly groups: Group[] = [];
  private firstGroup = 0;
  /** Successes in all groups. */
  private kept = 0;
  private readonly open = new ByteWriter(4096);
  private openGroup = -1;
  private openCount = 0;
  private openDirty = false;
  private readonly walk = new TableWalk(Table.RETRY);
  private readonly reader = new ByteReader(new Uint8Array(0));

  get entryCount(): number {
    return this.kept;
  }

  /** Reads what the store keeps; once, at opening. `appliedIndex` is the last entry that was applied. */
  load(store: StoreReader, appliedIndex: number): void {
    while (!this.loadSome(store, appliedIndex, Number.POSITIVE_INFINITY));
  }

  /** Reads some more of it, at most `rows` rows; true when all is read. The store must not change in between. */
  loadSome(store: StoreReader, appliedIndex: number, rows: number): boolean {
    this.openGroup = Math.floor(appliedIndex / GROUP_ENTRIES);
    return this.walk.step(store, rows, (key, value) => this.loadRow(new ByteReader(key, 1).uint32(), value));
  }

  /**
   * The kept success of a call, whose client id is the 16 bytes of `bytes` from `at`. `store` is the open transaction, or
   * any reader outside a batch; `hash` is the call's.
   */
  find(
    store: StoreReader,
    keys: Keys,
    hash: number,
    bytes: Uint8Array,
    at: number,
    callId: number,
  ): Uint8Array | undefined {
    for (const calls of this.index.tables) {
      for (let slot = calls.first(hash); slot >= 0; slot = calls.next(hash, slot)) {
        const kept = this.findIn(calls.groupAt(slot), store, keys, bytes, at, callId);
        if (kept !== undefined) return kept;
      }
    }
    return undefined;
  }

  private findIn(
    group: number,
    store: StoreReader,
    keys: Keys,
    bytes: Uint8Array,
    at: number,
    callId: number,
  ): Uint8Array | undefined {
    const { reader } = this;
    if (group === this.openGroup) reader.reset(this.open.buffer, 0, this.open.offset);
    else {
      const row = store.get(keys.small(Table.RETRY, group));
      if (row === undefined) return undefined;
      reader.reset(row);
    }
    reader.skip(8);
    while (reader.remaining > 0) {
      const call = reader.int32();
      const client = reader.offset;
      reader.skip(16);
      const length = reader.varint32();
      if (call === callId && reader.buffer.compare(bytes, at, at + 16, client, client + 16) === 0) {
        return reader.bytesCopy(length);
      }
      reader.skip(length);
    }
    return undefined;
  }

  /** Called for every entry before it is applied: ends the row of the group before, and expires old rows. */
  advance(store: StoreWriter, keys: Keys, index: number, timeMs: number): void {
    const group = Math.floor(index / GROUP_ENTRIES);
    if (group === this.openGroup) return;
    this.flush(store, keys);
    this.openGroup = group;
    this.openCount = 0;
    for (let removed = 0; removed < GROUPS_REMOVED && this.firstGroup < this.groups.length; removed++) {
      const oldest = this.groups[this.firstGroup] as Group;
      if (oldest.timeMs > timeMs - RETRY_EXPIRY_MS && this.kept <= RETRY_MAX_ENTRIES) break;
      this.remove(store, keys, oldest);
    }
  }

  /** Keeps a success of the entry at the open group. */
  add(
    hash: number,
    bytes: Uint8Array,
    at: number,
    callId: number,
    timeMs: number,
    kept: KeptReply,
    reply: unknown,
  ): void {
    const { open } = this;
    if (this.openCount === 0) {
      open.reset();
      open.int64(timeMs);
      this.groups.push({ group: this.openGroup, timeMs, count: 0 });
    } else {
      // The row lives as long as its last entry needs.
      this.newest.timeMs = timeMs;
      open.setUint32(0, Math.floor(timeMs / 4294967296));
      open.setUint32(4, timeMs % 4294967296);
    }
    open.int32(callId);
    open.copyFrom(bytes, at, 16);
    const payload = open.beginDelimited();
    kept.encode(open, reply);
    open.endDelimited(payload);
    this.openCount++;
    this.openDirty = true;
    this.count(hash, this.newest);
  }

  /** Writes the open row; at the end of each batch. */
  flush(store: StoreWriter, keys: Keys): void {
    if (!this.openDirty) return;
    this.openDirty = false;
    store.put(keys.small(Table.RETRY, this.openGroup), this.open.written());
  }

  private get newest(): Group {
    return this.groups[this.groups.length - 1] as Group;
  }

  private loadRow(group: number, value: Uint8Array): void {
    const { reader } = this;
    reader.reset(value);
    const timeMs = reader.int64();
    const loaded: Group = { group, timeMs, count: 0 };
    this.groups.push(loaded);
    while (reader.remaining > 0) {
      const callId = reader.int32();
      this.count(hashOfCall(value, reader.offset, callId), loaded);
      reader.skip(16);
      reader.skip(reader.varint32());
    }
    if (group !== this.openGroup) return;
    this.openCount = loaded.count;
    this.open.reset();
    this.open.bytes(value);
  }

  /** A call is in the newest group. */
  private count(hash: number, newest: Group): void {
    newest.count++;
    this.kept++;
    this.index.add(hash, newest.group, (this.groups[this.firstGroup] as Group).group);
  }

  private remove(store: StoreWriter, keys: Keys, oldest: Group): void {
    this.kept -= oldest.count;
    store.delete(keys.small(Table.RETRY, oldest.group));
    this.firstGroup++;
    if (this.firstGroup > 1024 && this.firstGroup * 2 > this.groups.length) {
      this.groups.splice(0, this.firstGroup);
      this.firstGroup = 0;
    }
  }
}

interface Group {
  readonly group: number;
  /** Time of the last entry. */
  timeMs: number;
  /** How many calls are in it. */
  count: number;
}
