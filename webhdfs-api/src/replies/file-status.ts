import {
  type ErasureCodingPolicyProto,
  HdfsFileStatusProto_FileType as FileType,
  HdfsFileStatusProto_Flags as Flag,
  type HdfsFileStatusProto,
} from '@rfs/protocol/messages';
import { array, boolean, integer, long, map, named, oneOf, record, string } from './shape.js';

interface ErasureCodingPolicy {
  readonly name: string;
  readonly cellSize: number;
  readonly numDataUnits: number;
  readonly numParityUnits: number;
  readonly codecName: string;
  readonly id: number;
  readonly extraOptions: ReadonlyMap<string, string>;
}

/** JsonUtil.toJsonMap(HdfsFileStatus). */
export interface FileStatusJson {
  readonly accessTime: number;
  readonly aclBit: true | undefined;
  readonly blockSize: number;
  readonly childrenNum: number;
  readonly ecBit: true | undefined;
  readonly ecPolicy: string | undefined;
  readonly ecPolicyObj: ErasureCodingPolicy | undefined;
  readonly encBit: true | undefined;
  readonly fileId: number;
  readonly group: string;
  readonly length: number;
  readonly modificationTime: number;
  readonly owner: string;
  readonly pathSuffix: string;
  readonly permission: string;
  readonly replication: number;
  readonly snapshotEnabled: true | undefined;
  readonly storagePolicy: number;
  readonly symlink: string | undefined;
  readonly type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
}

const ecPolicy = record<ErasureCodingPolicy>({
  name: string,
  cellSize: integer,
  numDataUnits: integer,
  numParityUnits: integer,
  codecName: string,
  id: integer,
  extraOptions: map(string),
});

const fileStatus = record<FileStatusJson>(
  {
    accessTime: long,
    aclBit: boolean,
    blockSize: long,
    childrenNum: integer,
    ecBit: boolean,
    ecPolicy: string,
    ecPolicyObj: ecPolicy,
    encBit: boolean,
    fileId: long,
    group: string,
    length: long,
    modificationTime: long,
    owner: string,
    pathSuffix: string,
    permission: string,
    replication: integer,
    snapshotEnabled: boolean,
    storagePolicy: integer,
    symlink: string,
    type: oneOf('FILE', 'DIRECTORY', 'SYMLINK'),
  },
  ['aclBit', 'ecBit', 'ecPolicy', 'ecPolicyObj', 'encBit', 'snapshotEnabled', 'symlink'],
);

export const fileStatusReply = named('FileStatus', fileStatus);

/** Written line by line by {@link listingLines}; this is its schema. */
export const fileStatusesReply = named('FileStatuses', named('FileStatus', array(fileStatus)));

interface DirectoryListing {
  readonly partialListing: readonly FileStatusJson[];
  readonly remainingEntries: number;
}

export const directoryListingReply = named(
  'DirectoryListing',
  record<DirectoryListing>({ partialListing: fileStatusesReply, remainingEntries: integer }),
);

const decoder = new TextDecoder();
/** Sticky bit and permissions. */
const MODE_BITS = 0o1777;

export function fileStatusJson(status: HdfsFileStatusProto): FileStatusJson {
  const flags = status.flags ?? 0;
  return {
    accessTime: status.access_time,
    aclBit: given(flags & Flag.HAS_ACL),
    blockSize: status.blocksize ?? 0,
    childrenNum: status.childrenNum ?? -1,
    ecBit: given(flags & Flag.HAS_EC),
    ecPolicy: status.ecPolicy?.name,
    ecPolicyObj: status.ecPolicy === undefined ? undefined : ecPolicyJson(status.ecPolicy),
    encBit: given(flags & Flag.HAS_CRYPT),
    fileId: status.fileId ?? 0,
    group: status.group,
    length: status.length,
    modificationTime: status.modification_time,
    owner: status.owner,
    pathSuffix: status.path.length === 0 ? '' : decoder.decode(status.path),
    permission: (status.permission.perm & MODE_BITS).toString(8),
    replication: status.block_replication ?? 0,
    snapshotEnabled: given(flags & Flag.SNAPSHOT_ENABLED),
    storagePolicy: status.storagePolicy ?? 0,
    symlink: status.symlink === undefined ? undefined : decoder.decode(status.symlink),
    type: typeOf(status),
  };
}

/** The lines of one page of LISTSTATUS, which Apache writes while it lists; `first` when no entry came before. */
export function listingLines(entries: readonly HdfsFileStatusProto[], first: boolean): string {
  const lines = entries.map((entry) => fileStatus.write(fileStatusJson(entry))).join(',\n');
  return first || lines === '' ? lines : `,\n${lines}`;
}

export const LISTING_HEAD = '{"FileStatuses":{"FileStatus":[\n';
export const LISTING_TAIL = '\n]}}\n';

function given(bit: number): true | undefined {
  return bit === 0 ? undefined : true;
}

function typeOf({ fileType }: HdfsFileStatusProto): FileStatusJson['type'] {
  if (fileType === FileType.IS_DIR) return 'DIRECTORY';
  return fileType === FileType.IS_SYMLINK ? 'SYMLINK' : 'FILE';
}

function ecPolicyJson(policy: ErasureCodingPolicyProto): ErasureCodingPolicy {
  const { schema } = policy;
  return {
    name: policy.name ?? '',
    cellSize: policy.cellSize ?? 0,
    numDataUnits: schema?.dataUnits ?? 0,
    numParityUnits: schema?.parityUnits ?? 0,
    codecName: schema?.codecName ?? '',
    id: policy.id,
    extraOptions: new Map(schema?.options.map(({ key, value }) => [key, value])),
  };
}
