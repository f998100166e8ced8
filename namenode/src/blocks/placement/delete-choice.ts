import type { Datanode } from '../datanodes/datanode.js';
import type { Rack } from '../datanodes/rack.js';
import type { Storage } from '../datanodes/storage.js';
import type { StorageType } from '../types.js';
import type { DeleteRequest } from './policy.js';

/**
 * Chooses replicas to delete so that no rack is lost before others have only one: the hint first if that keeps the
 * number of racks, then datanodes that have gone silent, then the storage with the least room
 * (BlockPlacementPolicyDefault.chooseReplicasToDelete).
 */
export function chooseToDelete(request: DeleteRequest, silentSinceMs: number): Storage[] {
  const left = [...request.candidates];
  const types = [...request.excessTypes];
  const deleted: Storage[] = [];
  let hinted = request.hint === undefined || request.hint === request.added ? undefined : find(left, request.hint);
  const added = request.added === undefined ? undefined : find(left, request.added);
  while (left.length > request.keep) {
    const choice =
      hinted !== undefined && types.includes(hinted.type) && keepsRacks(left, hinted, added)
        ? hinted
        : pick(left, types, silentSinceMs);
    hinted = undefined;
    if (choice === undefined) break;
    left.splice(left.indexOf(choice), 1);
    types.splice(types.indexOf(choice.type), 1);
    deleted.push(choice);
  }
  return deleted;
}

function find(storages: readonly Storage[], datanode: Datanode): Storage | undefined {
  return storages.find((storage) => storage.datanode === datanode);
}

function onRack(storages: readonly Storage[], rack: Rack): number {
  let count = 0;
  for (const storage of storages) if (storage.datanode.rack === rack) count++;
  return count;
}

function keepsRacks(left: readonly Storage[], hinted: Storage, added: Storage | undefined): boolean {
  if (onRack(left, hinted.datanode.rack) > 1) return true;
  return added !== undefined && onRack(left, added.datanode.rack) === 1;
}

function pick(left: readonly Storage[], types: readonly StorageType[], silentSinceMs: number): Storage | undefined {
  const racks = new Set(left.map((storage) => storage.datanode.rack));
  const shared = left.filter((storage) => onRack(left, storage.datanode.rack) > 1);
  const set = racks.size === 2 && shared.length > 0 ? shared : left;
  let oldest: Storage | undefined;
  let oldestMs = silentSinceMs;
  let fullest: Storage | undefined;
  for (const storage of set) {
    if (!types.includes(storage.type)) continue;
    if (storage.datanode.lastUpdateMs < oldestMs) {
      oldestMs = storage.datanode.lastUpdateMs;
      oldest = storage;
    }
    if (fullest === undefined || storage.remainingBytes < fullest.remainingBytes) fullest = storage;
  }
  return oldest ?? fullest;
}
