import { ROOT_INODE_ID } from '@rfs/base/ids';
import type { HdfsFileStatusProto, LocatedBlocksProto } from '@rfs/protocol/messages';
import { HdfsFileStatusProto_Flags as StatusFlag } from '@rfs/protocol/messages';
import { type FileStatus, InodeFlag, InodeKind } from '../../namespace/index.js';

const NO_BYTES = new Uint8Array(0);

/** The root is the one directory that HDFS lets have snapshots from the start (FSDirectory.createRoot). */
function flagsOf({ id, flags }: FileStatus): number {
  const acl = (flags & InodeFlag.HAS_ACL) === 0 ? 0 : StatusFlag.HAS_ACL;
  return id === ROOT_INODE_ID ? acl | StatusFlag.SNAPSHOT_ENABLED : acl;
}

/** An inode's status as clients read it; `locations` only where they asked for them. */
export function statusMessage(status: FileStatus, locations?: LocatedBlocksProto): HdfsFileStatusProto {
  return {
    fileType: status.kind,
    path: status.name === '' ? NO_BYTES : Buffer.from(status.name, 'utf8'),
    length: status.lengthBytes,
    permission: { perm: status.mode },
    owner: status.owner,
    group: status.group,
    modification_time: status.mtimeMs,
    access_time: status.atimeMs,
    symlink: status.kind === InodeKind.SYMLINK ? Buffer.from(status.target, 'utf8') : undefined,
    block_replication: status.replication,
    blocksize: status.blockSizeBytes,
    locations,
    fileId: status.id,
    childrenNum: status.childCount,
    fileEncryptionInfo: undefined,
    storagePolicy: status.storagePolicy,
    ecPolicy: undefined,
    flags: flagsOf(status),
    namespace: undefined,
  };
}
