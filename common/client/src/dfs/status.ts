import {
  type HdfsFileStatusProto,
  HdfsFileStatusProto_FileType,
  HdfsFileStatusProto_Flags,
} from '@rfs/protocol/messages';

/** What is known of a file, directory or link, wherever it is stored. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'link';
  /** Absolute and decoded, without scheme and authority. */
  readonly path: string;
  /** 0 for directories. */
  readonly lengthBytes: number;
  /** 0 for directories. */
  readonly replication: number;
  /** 0 for directories. */
  readonly blockSizeBytes: number;
  readonly modifiedMs: number;
  /** 0 for directories. */
  readonly accessedMs: number;
  /** Permission bits with the sticky bit (0o1777). */
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly hasAcl: boolean;
  readonly isErasureCoded: boolean;
  readonly isEncrypted: boolean;
  /** The inode id; 0 where there is none. */
  readonly fileId: number;
  readonly childCount: number;
  readonly linkTarget: string | undefined;
}

const decoder = new TextDecoder();

/** The status in a namenode's answer; `path` is the full path it was asked for or found under. */
export function statusFromProto(proto: HdfsFileStatusProto, path: string): FileStatus {
  const flags = proto.flags ?? 0;
  return {
    kind: kindOf(proto),
    path,
    lengthBytes: proto.length,
    replication: proto.block_replication ?? 0,
    blockSizeBytes: proto.blocksize ?? 0,
    modifiedMs: proto.modification_time,
    accessedMs: proto.access_time,
    mode: proto.permission.perm & 0o1777,
    owner: proto.owner,
    group: proto.group,
    hasAcl: (flags & HdfsFileStatusProto_Flags.HAS_ACL) !== 0,
    isErasureCoded: (flags & HdfsFileStatusProto_Flags.HAS_EC) !== 0,
    isEncrypted: (flags & HdfsFileStatusProto_Flags.HAS_CRYPT) !== 0,
    fileId: proto.fileId ?? 0,
    childCount: proto.childrenNum ?? -1,
    linkTarget: proto.symlink === undefined ? undefined : decoder.decode(proto.symlink),
  };
}

/** The name that a listing's entry bears below the directory that was listed; empty for a listed file itself. */
export function nameFromProto(proto: HdfsFileStatusProto): string {
  return decoder.decode(proto.path);
}

function kindOf(proto: HdfsFileStatusProto): FileStatus['kind'] {
  switch (proto.fileType) {
    case HdfsFileStatusProto_FileType.IS_DIR:
      return 'directory';
    case HdfsFileStatusProto_FileType.IS_SYMLINK:
      return 'link';
    default:
      return 'file';
  }
}
