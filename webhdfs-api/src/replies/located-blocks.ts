import {
  type DatanodeInfoProto,
  DatanodeInfoProto_AdminState,
  type ExtendedBlockProto,
  type LocatedBlockProto,
  type LocatedBlocksProto,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { array, boolean, integer, long, named, nullable, record, string } from './shape.js';
import { tokenUrlString } from './token.js';

interface BlockJson {
  readonly blockId: number;
  readonly blockPoolId: string;
  readonly generationStamp: number;
  readonly numBytes: number;
}

interface DatanodeJson {
  readonly adminState: string;
  readonly blockPoolUsed: number;
  readonly cacheCapacity: number;
  readonly cacheUsed: number;
  readonly capacity: number;
  readonly dfsUsed: number;
  readonly hostName: string;
  readonly infoPort: number;
  readonly infoSecurePort: number;
  readonly ipAddr: string;
  readonly ipcPort: number;
  readonly lastBlockReportMonotonic: number;
  readonly lastBlockReportTime: number;
  readonly lastUpdate: number;
  readonly lastUpdateMonotonic: number;
  readonly name: string;
  readonly networkLocation: string;
  readonly remaining: number;
  readonly storageID: string;
  readonly upgradeDomain: string | undefined;
  readonly xceiverCount: number;
  readonly xferPort: number;
}

interface LocatedBlockJson {
  readonly block: BlockJson;
  readonly blockToken: { readonly urlString: string };
  readonly cachedLocations: readonly DatanodeJson[];
  readonly isCorrupt: boolean;
  readonly locations: readonly DatanodeJson[];
  readonly startOffset: number;
  readonly storageTypes: readonly string[];
}

interface LocatedBlocksJson {
  readonly fileLength: number;
  readonly isLastBlockComplete: boolean;
  readonly isUnderConstruction: boolean;
  readonly lastLocatedBlock: LocatedBlockJson | null;
  readonly locatedBlocks: readonly LocatedBlockJson[];
}

const datanode = record<DatanodeJson>(
  {
    adminState: string,
    blockPoolUsed: long,
    cacheCapacity: long,
    cacheUsed: long,
    capacity: long,
    dfsUsed: long,
    hostName: string,
    infoPort: integer,
    infoSecurePort: integer,
    ipAddr: string,
    ipcPort: integer,
    lastBlockReportMonotonic: long,
    lastBlockReportTime: long,
    lastUpdate: long,
    lastUpdateMonotonic: long,
    name: string,
    networkLocation: string,
    remaining: long,
    storageID: string,
    upgradeDomain: string,
    xceiverCount: integer,
    xferPort: integer,
  },
  ['upgradeDomain'],
);

const locatedBlock = record<LocatedBlockJson>({
  block: record<BlockJson>({ blockId: long, blockPoolId: string, generationStamp: long, numBytes: long }),
  blockToken: record({ urlString: string }),
  cachedLocations: array(datanode),
  isCorrupt: boolean,
  locations: array(datanode),
  startOffset: long,
  storageTypes: array(string),
});

export const locatedBlocksReply = named(
  'LocatedBlocks',
  record<LocatedBlocksJson>({
    fileLength: long,
    isLastBlockComplete: boolean,
    isUnderConstruction: boolean,
    lastLocatedBlock: nullable(locatedBlock),
    locatedBlocks: array(locatedBlock),
  }),
);

interface BlockLocationJson {
  readonly topologyPaths: readonly string[];
  readonly corrupt: boolean;
  readonly cachedHosts: readonly string[];
  readonly names: readonly string[];
  readonly offset: number;
  readonly hosts: readonly string[];
  readonly length: number;
  readonly storageTypes: readonly string[];
}

/** The keys are in the order of Apache's HashMap. */
export const blockLocationsReply = named(
  'BlockLocations',
  named(
    'BlockLocation',
    array(
      record<BlockLocationJson>({
        topologyPaths: array(string),
        corrupt: boolean,
        cachedHosts: array(string),
        names: array(string),
        offset: long,
        hosts: array(string),
        length: long,
        storageTypes: array(string),
      }),
    ),
  ),
);

export function locatedBlocksJson(blocks: LocatedBlocksProto): LocatedBlocksJson {
  return {
    fileLength: blocks.fileLength,
    isLastBlockComplete: blocks.isLastBlockComplete,
    isUnderConstruction: blocks.underConstruction,
    lastLocatedBlock: blocks.lastBlock === undefined ? null : locatedBlockJson(blocks.lastBlock),
    locatedBlocks: blocks.blocks.map(locatedBlockJson),
  };
}

/** DFSUtilClient.locatedBlocks2Locations. */
export function blockLocationsJson({ blocks }: LocatedBlocksProto): BlockLocationJson[] {
  return blocks.map((block) => {
    const names = block.locs.map(transferAddress);
    return {
      topologyPaths: block.locs.map(({ location }, index) => `${location ?? ''}/${names[index]}`),
      corrupt: block.corrupt,
      cachedHosts: cached(block).map(({ id }) => id.hostName),
      names,
      offset: block.offset,
      hosts: block.locs.map(({ id }) => id.hostName),
      length: block.b.numBytes ?? 0,
      storageTypes: storageTypes(block),
    };
  });
}

function locatedBlockJson(block: LocatedBlockProto): LocatedBlockJson {
  return {
    block: blockJson(block.b),
    blockToken: { urlString: tokenUrlString(block.blockToken) },
    cachedLocations: cached(block).map(datanodeJson),
    isCorrupt: block.corrupt,
    locations: block.locs.map(datanodeJson),
    startOffset: block.offset,
    storageTypes: storageTypes(block),
  };
}

function blockJson({ blockId, poolId, generationStamp, numBytes }: ExtendedBlockProto): BlockJson {
  return { blockId, blockPoolId: poolId, generationStamp, numBytes: numBytes ?? 0 };
}

function datanodeJson(info: DatanodeInfoProto): DatanodeJson {
  const { id } = info;
  return {
    adminState: nameIn(DatanodeInfoProto_AdminState, info.adminState ?? DatanodeInfoProto_AdminState.NORMAL),
    blockPoolUsed: info.blockPoolUsed ?? 0,
    cacheCapacity: info.cacheCapacity ?? 0,
    cacheUsed: info.cacheUsed ?? 0,
    capacity: info.capacity ?? 0,
    dfsUsed: info.dfsUsed ?? 0,
    hostName: id.hostName,
    infoPort: id.infoPort,
    infoSecurePort: id.infoSecurePort ?? 0,
    ipAddr: id.ipAddr,
    ipcPort: id.ipcPort,
    lastBlockReportMonotonic: info.lastBlockReportMonotonic ?? 0,
    lastBlockReportTime: info.lastBlockReportTime ?? 0,
    lastUpdate: info.lastUpdate ?? 0,
    lastUpdateMonotonic: info.lastUpdateMonotonic ?? 0,
    name: transferAddress(info),
    networkLocation: info.location ?? '',
    remaining: info.remaining ?? 0,
    storageID: id.datanodeUuid,
    upgradeDomain: info.upgradeDomain,
    xceiverCount: info.xceiverCount ?? 0,
    xferPort: id.xferPort,
  };
}

function transferAddress({ id }: DatanodeInfoProto): string {
  return `${id.ipAddr}:${id.xferPort}`;
}

function cached({ locs, isCached }: LocatedBlockProto): DatanodeInfoProto[] {
  return locs.filter((_info, index) => isCached[index] === true);
}

function storageTypes(block: LocatedBlockProto): string[] {
  return block.storageTypes.map((type) => nameIn(StorageTypeProto, type));
}

/** Java's name of an enum's value. */
function nameIn(values: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
