import {
  DatanodeInfoProto_AdminState as AdminState,
  type DatanodeInfoProto,
  HdfsFileStatusProto_FileType as FileType,
  HdfsFileStatusProto_Flags as Flag,
  type HdfsFileStatusProto,
  type LocatedBlockProto,
  type LocatedBlocksProto,
  StorageTypeProto,
} from '@rfs/protocol/messages';

/** JSON as the recording has it. */
export type Json = { readonly [key: string]: never };

const NO_BYTES = new Uint8Array(0);

/** The message of which Apache wrote this status. */
export function statusFrom(json: Json): HdfsFileStatusProto {
  const type: string = json.type ?? '';
  return {
    fileType: type === 'DIRECTORY' ? FileType.IS_DIR : FileType.IS_FILE,
    path: Buffer.from(json.pathSuffix ?? '', 'utf8'),
    length: json.length!,
    permission: { perm: Number.parseInt(json.permission!, 8) },
    owner: json.owner!,
    group: json.group!,
    modification_time: json.modificationTime!,
    access_time: json.accessTime!,
    block_replication: json.replication,
    blocksize: json.blockSize,
    fileId: json.fileId,
    childrenNum: json.childrenNum,
    storagePolicy: json.storagePolicy,
    flags: json.snapshotEnabled === undefined ? 0 : Flag.SNAPSHOT_ENABLED,
  };
}

function datanodeFrom(json: Json): DatanodeInfoProto {
  return {
    id: {
      ipAddr: json.ipAddr!,
      hostName: json.hostName!,
      datanodeUuid: json.storageID!,
      xferPort: json.xferPort!,
      infoPort: json.infoPort!,
      ipcPort: json.ipcPort!,
      infoSecurePort: json.infoSecurePort,
    },
    capacity: json.capacity,
    dfsUsed: json.dfsUsed,
    remaining: json.remaining,
    blockPoolUsed: json.blockPoolUsed,
    lastUpdate: json.lastUpdate,
    xceiverCount: json.xceiverCount,
    location: json.networkLocation,
    adminState: AdminState.NORMAL,
    cacheCapacity: json.cacheCapacity,
    cacheUsed: json.cacheUsed,
    lastUpdateMonotonic: json.lastUpdateMonotonic,
    lastBlockReportTime: json.lastBlockReportTime,
    lastBlockReportMonotonic: json.lastBlockReportMonotonic,
  };
}

function storageTypesFrom(names: readonly string[]): StorageTypeProto[] {
  return names.map((name) => StorageTypeProto[name as keyof typeof StorageTypeProto]);
}

function blockFrom(json: Json): LocatedBlockProto {
  const block = json.block! as Json;
  const locs = (json.locations! as Json[]).map(datanodeFrom);
  return {
    b: {
      poolId: block.blockPoolId!,
      blockId: block.blockId!,
      generationStamp: block.generationStamp!,
      numBytes: block.numBytes,
    },
    offset: json.startOffset!,
    locs,
    corrupt: json.isCorrupt!,
    blockToken: { identifier: NO_BYTES, password: NO_BYTES, kind: '', service: '' },
    isCached: locs.map(() => false),
    storageTypes: storageTypesFrom(json.storageTypes!),
    storageIDs: locs.map(() => ''),
    blockTokens: [],
  };
}

/** The message of which Apache wrote the answer of GET_BLOCK_LOCATIONS. */
export function blocksFrom(json: Json): LocatedBlocksProto {
  const last = json.lastLocatedBlock! as Json | null;
  return {
    fileLength: json.fileLength!,
    blocks: (json.locatedBlocks! as Json[]).map(blockFrom),
    underConstruction: json.isUnderConstruction!,
    lastBlock: last === null ? undefined : blockFrom(last),
    isLastBlockComplete: json.isLastBlockComplete!,
  };
}

/** The message of which Apache wrote the answer of GETFILEBLOCKLOCATIONS. */
export function locationsFrom(list: readonly Json[]): LocatedBlocksProto {
  const blocks = list.map((json) => {
    const hosts = json.hosts! as string[];
    const block = blockFrom({
      block: { blockId: 7, blockPoolId: 'pool', generationStamp: 7, numBytes: json.length },
      locations: hosts.map((hostName) => ({
        hostName,
        ipAddr: '127.0.0.1',
        xferPort: 7,
        networkLocation: '/default-rack',
      })),
      startOffset: json.offset,
      isCorrupt: json.corrupt,
      storageTypes: json.storageTypes,
    } as unknown as Json);
    return block;
  });
  return { fileLength: 0, blocks, underConstruction: false, isLastBlockComplete: true };
}
