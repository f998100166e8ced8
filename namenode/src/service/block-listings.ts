import type { Failure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { GetBlocksRequestProto, GetBlocksResponseProto } from '@rfs/protocol/messages';
import type { ReplySink } from '@rfs/protocol/service';
import type { BlockListing, ListedBlock } from '../blocks/index.js';
import { safeModeText } from '../namespace/index.js';
import type { Callers } from './callers.js';
import { blockMessage } from './convert/commands.js';
import type { ServiceParts } from './handlers.js';
import type { SlicedWork } from './slices.js';

/** Places of the block map that one step looks at: well under a millisecond. */
const PLACES_AT_ONCE = 10_000;
/** GetBlocksRequestProto.minBlockSize, when the balancer does not say (dfs.balancer.getBlocks.min-block-size). */
const DEFAULT_MIN_BLOCK_BYTES = 10 * 1024 * 1024;

type Sink = ReplySink<GetBlocksResponseProto>;
type Parts = Pick<ServiceParts, 'machine' | 'blocks' | 'slices' | 'clock' | 'checkStartup'>;

/** What balancers ask: the blocks of a datanode (NameNodeRpcServer.getBlocks). Every namenode answers from its map. */
export class BlockListings {
  private readonly parts: Parts;
  private readonly callers: Callers;

  constructor(parts: Parts, callers: Callers) {
    this.parts = parts;
    this.callers = callers;
  }

  /** Answers in slices of the event loop, as a datanode may have millions of blocks. */
  getBlocks(request: GetBlocksRequestProto, user: string, sink: Sink): void {
    this.callers.superuser(
      user,
      () => this.list(request, sink),
      (refused) => sink.fail(refused),
    );
  }

  private list(request: GetBlocksRequestProto, sink: Sink): void {
    const { blocks, machine, slices, clock } = this.parts;
    const { size, minBlockSize = DEFAULT_MIN_BLOCK_BYTES, timeInterval = 0, storageType, datanode: id } = request;
    const refusal = this.refusal(size, minBlockSize);
    if (refusal !== undefined) {
      sink.fail(refusal);
      return;
    }
    const datanode = blocks.datanodes.get(id.datanodeUuid);
    if (datanode === undefined) {
      sink.fail(failure('HadoopIllegalArgumentException', `Datanode ${id.ipAddr}:${id.xferPort} not found.`));
      return;
    }
    const hotSinceMs = clock.nowMs() - timeInterval;
    const listing = blocks.list({
      datanode,
      sizeBytes: size,
      minBlockBytes: minBlockSize,
      type: storageType,
      isHot: (owner) => timeInterval > 0 && (machine.tree.byId(owner)?.atimeMs ?? 0) > hotSinceMs,
    });
    slices.add(new Listing(listing, sink));
  }

  private refusal(size: number, minBlockSize: number): Failure | undefined {
    const { blocks, clock, checkStartup } = this.parts;
    if (size <= 0 || minBlockSize < 0) {
      return failure('IllegalArgumentException', `Unexpected not positive size: ${size}`);
    }
    const text = 'Cannot execute getBlocks';
    const refused = checkStartup(() => text);
    if (refused !== undefined || !blocks.safeMode.on) return refused;
    return failure('SafeModeException', safeModeText(text, blocks.safeModeTip(clock.monotonicMs())));
  }
}

class Listing implements SlicedWork {
  private readonly listing: BlockListing;
  private readonly sink: Sink;

  constructor(listing: BlockListing, sink: Sink) {
    this.listing = listing;
    this.sink = sink;
  }

  step(): boolean {
    if (!this.listing.step(PLACES_AT_ONCE)) return false;
    const blocks = this.listing.blocks.map(listedMessage);
    this.sink.reply({ blocks: { blocks } });
    return true;
  }
}

function listedMessage({ id, stamp, lengthBytes, storages }: ListedBlock) {
  return {
    block: blockMessage({ id, stamp, lengthBytes }),
    datanodeUuids: storages.map(({ datanode }) => datanode.uuid),
    storageUuids: storages.map((storage) => storage.id),
    storageTypes: storages.map(({ type }) => type),
  };
}
