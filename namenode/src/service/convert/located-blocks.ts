import { type Failure, isFailure } from '@rfs/base/failure';
import { failure, retriable } from '@rfs/protocol/exceptions';
import type { LocatedBlockProto, LocatedBlocksProto } from '@rfs/protocol/messages';
import type { BlockManager, ReaderLocation, Storage } from '../../blocks/index.js';
import { BlockState, type FileBlocks, type PlacedBlock } from '../../namespace/index.js';
import { type ClockOffset, datanodeInfoMessage, EMPTY_TOKEN } from './datanodes.js';

/** What turning blocks into located ones needs. */
export interface LocationSource {
  readonly blocks: BlockManager;
  readonly poolId: string;
  readonly clock: ClockOffset;
  readonly reader: ReaderLocation | undefined;
  /** This node leads: what it does not know of replicas, nobody does. */
  readonly leads: boolean;
}

/** A block at some storages; the order is that in which a reader should try them or a pipeline runs. */
export function locatedBlock(
  source: Pick<LocationSource, 'poolId' | 'clock'>,
  block: { readonly id: number; readonly stamp: number; readonly lengthBytes: number },
  offsetBytes: number,
  storages: readonly Storage[],
  corrupt = false,
): LocatedBlockProto {
  return {
    b: {
      poolId: source.poolId,
      blockId: block.id,
      generationStamp: block.stamp,
      numBytes: block.lengthBytes,
    },
    offset: offsetBytes,
    locs: storages.map((storage) => datanodeInfoMessage(storage.datanode, source.clock)),
    corrupt,
    blockToken: EMPTY_TOKEN,
    isCached: storages.map(() => false),
    storageTypes: storages.map((storage) => storage.type),
    storageIDs: storages.map((storage) => storage.id),
    blockIndices: undefined,
    blockTokens: [],
  };
}

/**
 * A file's blocks with their locations. A complete block of which no replica is known yet, because this node has just
 * started, makes the client ask again: an empty list would end as BlockMissingException in user code. A follower leaves
 * a block without locations to the leader (FSNamesystem.checkBlockLocationsWhenObserver): the applied index says
 * nothing about reports.
 */
export function locatedBlocks(source: LocationSource, found: FileBlocks): LocatedBlocksProto | Failure {
  const blocks: LocatedBlockProto[] = [];
  let last: LocatedBlockProto | undefined;
  for (const placed of found.blocks) {
    const located = locate(source, placed);
    if (isFailure(located)) return located;
    blocks.push(located);
    if (placed.index === found.last?.index) last = located;
  }
  if (last === undefined && found.last !== undefined) {
    const located = locate(source, found.last);
    if (isFailure(located)) return located;
    last = located;
  }
  return {
    fileLength: found.fileLengthBytes,
    blocks,
    underConstruction: found.underConstruction,
    lastBlock: last,
    isLastBlockComplete: found.last?.state === BlockState.COMPLETE,
    fileEncryptionInfo: undefined,
    ecPolicy: undefined,
  };
}

function locate(source: LocationSource, placed: PlacedBlock): LocatedBlockProto | Failure {
  const locations = source.blocks.locations(placed.id, source.reader);
  const storages = locations?.storages ?? [];
  if (storages.length === 0 && !source.leads) {
    return failure('ObserverRetryOnActiveException', `Zero blocklocations for block ${placed.id} at this observer.`);
  }
  if (storages.length === 0 && placed.state === BlockState.COMPLETE && source.blocks.safeMode.startup) {
    return retriable(
      failure('SafeModeException', `Zero blocklocations for block ${placed.id}. Name node is in safe mode.`),
    );
  }
  return locatedBlock(source, placed, placed.offsetBytes, storages, locations?.corrupt ?? false);
}
