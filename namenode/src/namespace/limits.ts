import type { ByteReader, ByteWriter } from '@rfs/base/bytes';

/**
 * What operations are judged by, equal on all replicas because it stands in the log (the CONFIGURE command) and in
 * the store. Names and defaults of the keys are HDFS's.
 */
export interface Limits {
  /** dfs.permissions.enabled */
  readonly permissionsEnabled: boolean;
  /** dfs.namenode.fs-limits.max-component-length, in bytes; 0: none */
  readonly maxComponentLengthBytes: number;
  /** dfs.namenode.fs-limits.max-directory-items */
  readonly maxDirectoryItems: number;
  /** dfs.namenode.fs-limits.min-block-size */
  readonly minBlockSizeBytes: number;
  /** dfs.namenode.fs-limits.max-blocks-per-file */
  readonly maxBlocksPerFile: number;
  /** dfs.namenode.replication.min */
  readonly minReplication: number;
  /** dfs.replication.max */
  readonly maxReplication: number;
  /** dfs.namenode.accesstime.precision; 0: access times are not kept */
  readonly accessTimePrecisionMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  permissionsEnabled: true,
  maxComponentLengthBytes: 255,
  maxDirectoryItems: 1024 * 1024,
  minBlockSizeBytes: 1024 * 1024,
  maxBlocksPerFile: 10_000,
  minReplication: 1,
  maxReplication: 512,
  accessTimePrecisionMs: 3_600_000,
};

export function encodeLimits(writer: ByteWriter, limits: Limits): void {
  writer.uint8(limits.permissionsEnabled ? 1 : 0);
  writer.uint32(limits.maxComponentLengthBytes);
  writer.uint32(limits.maxDirectoryItems);
  writer.int64(limits.minBlockSizeBytes);
  writer.uint32(limits.maxBlocksPerFile);
  writer.uint32(limits.minReplication);
  writer.uint32(limits.maxReplication);
  writer.int64(limits.accessTimePrecisionMs);
}

export function decodeLimits(reader: ByteReader): Limits {
  return {
    permissionsEnabled: reader.uint8() !== 0,
    maxComponentLengthBytes: reader.uint32(),
    maxDirectoryItems: reader.uint32(),
    minBlockSizeBytes: reader.int64(),
    maxBlocksPerFile: reader.uint32(),
    minReplication: reader.uint32(),
    maxReplication: reader.uint32(),
    accessTimePrecisionMs: reader.int64(),
  };
}
