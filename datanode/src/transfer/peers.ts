import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import {
  type ChecksumProto,
  type DatanodeInfoProto,
  type ExtendedBlockProto,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { type Block, type ChecksumFormat, checksumFormat, type StorageType } from '../store/index.js';

/** The block that a request names. */
export function blockFromProto(proto: ExtendedBlockProto): Block {
  return {
    poolId: proto.poolId,
    blockId: proto.blockId as BlockId,
    generationStamp: proto.generationStamp as GenerationStamp,
    lengthBytes: proto.numBytes ?? 0,
  };
}

export function blockToProto(block: Block): ExtendedBlockProto {
  return {
    poolId: block.poolId,
    blockId: block.blockId,
    generationStamp: block.generationStamp,
    numBytes: block.lengthBytes,
  };
}

/** Null for sums that we cannot compute. */
export function formatFromProto(proto: ChecksumProto): ChecksumFormat | null {
  return checksumFormat(proto.type, proto.bytesPerChecksum);
}

export function formatToProto(format: ChecksumFormat): ChecksumProto {
  return { type: format.type, bytesPerChecksum: format.bytesPerChecksum };
}

const STORAGE_TYPES: Readonly<Record<StorageType, StorageTypeProto>> = {
  DISK: StorageTypeProto.DISK,
  SSD: StorageTypeProto.SSD,
  ARCHIVE: StorageTypeProto.ARCHIVE,
  RAM_DISK: StorageTypeProto.RAM_DISK,
  NVDIMM: StorageTypeProto.NVDIMM,
};

export function storageTypeToProto(type: StorageType): StorageTypeProto {
  return STORAGE_TYPES[type];
}

/** DISK for a type that no volume of ours can have. */
export function storageTypeFromProto(proto: StorageTypeProto | undefined): StorageType {
  const types = Object.keys(STORAGE_TYPES) as StorageType[];
  return types.find((type) => STORAGE_TYPES[type] === proto) ?? 'DISK';
}

/** `ip:xferPort`, letter by letter what clients look for in firstBadLink (DatanodeID.getXferAddr). */
export function transferAddress(target: DatanodeInfoProto): string {
  return `${target.id.ipAddr}:${target.id.xferPort}`;
}
