import { AssertionFailure, assert } from '@rfs/base/assert';
import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { StoreReader, StoreWriter } from '@rfs/base/store';
import type { StorageRef } from './events.js';
import { type Keys, Table, tableBounds } from './keys.js';

/**
 * Owners, groups and storages as small numbers: given in the order in which the log first names them, so the same on
 * every replica, and never taken back.
 */
export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly storageNumbers = new Map<string, number>();
  private readonly storages: StorageRef[] = [];
  private readonly writer = new ByteWriter(256);

  /** How many owner and group names there are; it only grows. */
  get count(): number {
    return this.texts.length;
  }

  /** Forgets all names, for a store with others. */
  clear(): void {
    this.numbers.clear();
    this.texts.length = 0;
    this.storageNumbers.clear();
    this.storages.length = 0;
  }

  load(store: StoreReader): void {
    const reader = new ByteReader(new Uint8Array(0));
    store.range(...tableBounds(Table.NAMES), (_key, value) => {
      reader.reset(value);
      const text = reader.utf8(value.length);
      this.numbers.set(text, this.texts.length);
      this.texts.push(text);
      return true;
    });
    store.range(...tableBounds(Table.STORAGES), (_key, value) => {
      reader.reset(value);
      const datanodeUuid = reader.utf8(reader.varint32());
      const ref: StorageRef = { datanodeUuid, storageId: reader.utf8(reader.remaining) };
      this.storageNumbers.set(storageText(ref), this.storages.length);
      this.storages.push(ref);
      return true;
    });
  }

  /** The number of an owner's or a group's name; -1 when nothing belongs to it. */
  find(text: string): number {
    return this.numbers.get(text) ?? -1;
  }

  text(number: number): string {
    const text = this.texts[number];
    // PERF: not `assert`, whose message would be put together on every call.
    if (text === undefined) throw new AssertionFailure(`no owner or group has the number ${number}`);
    return text;
  }

  storage(number: number): StorageRef {
    const ref = this.storages[number];
    assert(ref !== undefined, `no storage has the number ${number}`);
    return ref;
  }

  intern(text: string, store: StoreWriter, keys: Keys): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    this.writer.reset();
    this.writer.utf8(text);
    store.put(keys.small(Table.NAMES, number), this.writer.written());
    this.numbers.set(text, number);
    this.texts.push(text);
    return number;
  }

  internStorage(ref: StorageRef, store: StoreWriter, keys: Keys): number {
    const text = storageText(ref);
    const known = this.storageNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.storages.length;
    this.writer.reset();
    this.writer.string(ref.datanodeUuid);
    this.writer.utf8(ref.storageId);
    store.put(keys.small(Table.STORAGES, number), this.writer.written());
    this.storageNumbers.set(text, number);
    this.storages.push({ datanodeUuid: ref.datanodeUuid, storageId: ref.storageId });
    return number;
  }
}

function storageText(ref: StorageRef): string {
  return `${ref.datanodeUuid}\n${ref.storageId}`;
}
