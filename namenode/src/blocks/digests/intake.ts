import { ByteReader, MalformedBytes } from '@rfs/base/bytes';
import { Failure } from '@rfs/base/failure';
import type { BlockContext } from '../context.js';
import type { Storage } from '../datanodes/storage.js';
import { NOT_GOOD } from '../map/block-map.js';
import type { ReplicaDigests } from '../types.js';

/**
 * Takes in a part of the digests that a datanode has of its replicas. Those of replicas that the map does not know, or
 * knows with another stamp or length, are void: the datanode tells them again. Gives a failure for malformed entries.
 */
export function takeDigests(context: BlockContext, storage: Storage, digests: ReplicaDigests): Failure | undefined {
  const { map, digests: compared } = context;
  const reader = new ByteReader(digests.entries);
  try {
    for (let i = 0; i < digests.count; i++) {
      const id = reader.zigzagId();
      const lengthBytes = reader.varint64();
      const stamp = reader.varint64();
      const high = reader.uint32();
      const low = reader.uint32();
      const slot = map.slotOf(id);
      if (slot < 0 || map.stampOf(slot) !== stamp || map.lengthOf(slot) !== lengthBytes) continue;
      const ref = map.find(slot, storage.index);
      if (ref < 0 || (map.flagsAt(slot, ref) & NOT_GOOD) !== 0) continue;
      compared.note(slot, ref, high, low);
      compared.judge(slot);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return new Failure('IO', `digests of ${storage.id}: ${error.message}`);
  }
}
