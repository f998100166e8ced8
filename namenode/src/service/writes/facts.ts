import { isFailure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { DatanodeInfoProto, ExtendedBlockProto } from '@rfs/protocol/messages';
import type { BlockManager, BlockRef, Datanode, Storage } from '../../blocks/index.js';
import {
  BlockState,
  type Caller,
  type FileForWriting,
  getBlockBefore,
  getFileForWriting,
  type StorageRef,
} from '../../namespace/index.js';
import type { ServiceParts } from '../handlers.js';

/** A block as commands carry it. */
export interface LoggedBlock {
  readonly blockId: number;
  readonly stamp: number;
  readonly lengthBytes: number;
}

/** The file as it stands now; undefined when the operation itself will refuse, in its own words. */
export function look(parts: ServiceParts, caller: Caller, path: string, fileId: number): FileForWriting | undefined {
  const found = getFileForWriting(parts.machine.tree, caller, path, fileId);
  return isFailure(found) ? undefined : found;
}

export function blockRef(block: ExtendedBlockProto): BlockRef {
  return {
    id: block.blockId as BlockId,
    stamp: block.generationStamp as GenerationStamp,
    lengthBytes: block.numBytes ?? 0,
  };
}

export function loggedBlock(block: BlockRef): LoggedBlock {
  return { blockId: block.id, stamp: block.stamp, lengthBytes: block.lengthBytes };
}

export function loggedStorage(storage: Storage): StorageRef {
  return { datanodeUuid: storage.datanode.uuid, storageId: storage.id };
}

/** Storages of the log that are known to this node's block manager, in the same order. */
export function knownStorages(blocks: BlockManager, refs: readonly StorageRef[]): Storage[] {
  const storages: Storage[] = [];
  for (const ref of refs) {
    const storage = blocks.datanodes.storage(ref.datanodeUuid, ref.storageId);
    if (storage !== undefined) storages.push(storage);
  }
  return storages;
}

/** The datanodes that a client names; those that are not registered mean nothing. */
export function knownDatanodes(blocks: BlockManager, infos: readonly DatanodeInfoProto[]): Datanode[] {
  const datanodes: Datanode[] = [];
  for (const { id } of infos) {
    const datanode = blocks.datanodes.get(id.datanodeUuid) ?? blocks.datanodes.atAddress(id.ipAddr, id.xferPort);
    if (datanode !== undefined) datanodes.push(datanode);
  }
  return datanodes;
}

/**
 * The block before the last one of the file at a path, if it still waits for its minimum of replicas.
 *
 * PERF: as a rule no block of any file does, and then nothing is looked up for each addBlock and complete.
 */
export function unfinishedBefore(parts: ServiceParts, caller: Caller, path: string, fileId: number): BlockRef[] {
  return parts.blocks.awaitsReplicas ? unfinished(getBlockBefore(parts.machine.tree, caller, path, fileId)) : [];
}

/** The block before the last one, if it still waits for its minimum of replicas. */
export function unfinished(before: FileForWriting['before']): BlockRef[] {
  return before === undefined || before.state === BlockState.COMPLETE ? [] : [before];
}
