import { assert } from '@rfs/base/assert';
import { NO_STORAGE } from '../map/block-map.js';
import type { Datanode } from './datanode.js';
import type { Storage } from './storage.js';

/** Bits of StorageTable.bits. A storage whose low bits are exactly ALIVE holds replicas that count as live. */
export const ALIVE = 1;
export const DECOMMISSIONING = 2;
export const DECOMMISSIONED = 4;
export const ENTERING_MAINTENANCE = 8;
export const IN_MAINTENANCE = 16;
/** A datanode that dies in maintenance keeps its replicas: bits of it without ALIVE. */
export const MAINTENANCE = ENTERING_MAINTENANCE | IN_MAINTENANCE;
export const SERVICE_MASK = ALIVE | DECOMMISSIONING | DECOMMISSIONED | MAINTENANCE;
export const STALE_CONTENTS = 32;

/** What the hot loops need to know of a storage, by its number; and the storage itself. */
export class StorageTable {
  readonly bits = new Uint8Array(NO_STORAGE);
  /** Datanode.index by storage number. */
  readonly owners = new Int32Array(NO_STORAGE).fill(-1);
  private readonly storages: (Storage | undefined)[] = [];
  private readonly free: number[] = [];

  /** A number for a storage; stops the node at 65,535 storages, the bound of the format. */
  allocate(): number {
    const index = this.free.pop() ?? this.storages.length;
    assert(index < NO_STORAGE, `more than ${NO_STORAGE} storages`);
    if (index === this.storages.length) this.storages.push(undefined);
    return index;
  }

  attach(storage: Storage): void {
    this.storages[storage.index] = storage;
    this.owners[storage.index] = storage.datanode.index;
    this.refresh(storage);
  }

  /** The number no longer counts; it stays taken until `release`. */
  detach(index: number): void {
    this.storages[index] = undefined;
    this.owners[index] = -1;
    this.bits[index] = 0;
  }

  release(index: number): void {
    this.free.push(index);
  }

  /** The storage of a number in use; undefined for one that is being swept. */
  get(index: number): Storage | undefined {
    return this.storages[index];
  }

  /** Recomputes the bits after a change of the storage or its datanode. */
  refresh(storage: Storage): void {
    this.bits[storage.index] = bitsOf(storage, storage.datanode);
  }
}

function bitsOf(storage: Storage, datanode: Datanode): number {
  let bits = storage.contentsStale ? STALE_CONTENTS : 0;
  if (storage.health === 'FAILED' || (!datanode.alive && !datanode.underMaintenance)) return bits;
  if (datanode.alive) bits |= ALIVE;
  switch (datanode.adminState) {
    case 'NORMAL':
      return bits;
    case 'DECOMMISSION_INPROGRESS':
      return bits | DECOMMISSIONING;
    case 'DECOMMISSIONED':
      return bits | DECOMMISSIONED;
    case 'ENTERING_MAINTENANCE':
      return bits | ENTERING_MAINTENANCE;
    case 'IN_MAINTENANCE':
      return bits | IN_MAINTENANCE;
  }
}
