import { FailureError } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type {
  CommitBlockSynchronizationRequestProto,
  DatanodeIDProto,
  RecoveringBlockProto,
} from '@rfs/protocol/messages';
import { type Block, blockText, type RecoveryInfo } from '../store/index.js';
import { blockFromProto, blockToProto } from '../transfer/index.js';
import type { ReplicaPeer } from './replica-peer.js';

/** A replica that may take part. */
interface Candidate {
  readonly id: DatanodeIDProto;
  readonly peer: ReplicaPeer;
  readonly info: RecoveryInfo;
}

/** What a recovery comes to: which candidates take part, and the length that all of them get. */
export interface Agreement<T> {
  readonly participants: readonly T[];
  readonly lengthBytes: number;
}

/**
 * Which replicas survive a recovery and how long they become (BlockRecoveryWorker.syncBlock): finalized ones decide
 * alone and must agree; else those being written, cut to the shortest; else those left by crashes, likewise.
 * `candidates` are not empty and none is a copy. Throws when finalized ones differ in length.
 * @param truncateTo the length that a truncate gives the block: finalized replicas that an earlier attempt has cut and
 *   some that it has not may stand side by side, and all of them take part (HDFS gives up on such a block for ever)
 */
export function agree<T extends { readonly info: RecoveryInfo }>(
  candidates: readonly T[],
  truncateTo?: number,
): Agreement<T> {
  const inState = (state: RecoveryInfo['originalState']) =>
    candidates.filter(({ info }) => info.originalState === state);
  const finalized = inState('FINALIZED');
  const [first] = finalized;
  if (first !== undefined && truncateTo !== undefined) {
    return { participants: finalized.filter(({ info }) => info.lengthBytes >= truncateTo), lengthBytes: truncateTo };
  }
  if (first !== undefined) {
    const { lengthBytes } = first.info;
    const odd = finalized.find(({ info }) => info.lengthBytes !== lengthBytes);
    if (odd !== undefined) {
      throw new Error(
        `Inconsistent size of finalized replicas: ${odd.info.lengthBytes}, expected size: ${lengthBytes}`,
      );
    }
    const same = inState('RBW').filter(({ info }) => info.lengthBytes === lengthBytes);
    return { participants: [...finalized, ...same], lengthBytes };
  }
  const written = inState('RBW');
  const participants = written.length > 0 ? written : inState('RWR');
  const shortest = Math.min(...participants.map(({ info }) => info.lengthBytes));
  return { participants, lengthBytes: truncateTo ?? shortest };
}

export interface RecoveryOptions {
  readonly log: Logger;
  /** How a datanode of the order is reached. */
  readonly peerFor: (id: DatanodeIDProto) => ReplicaPeer;
  /** Tells the active namenode the result. */
  readonly commit: (request: CommitBlockSynchronizationRequestProto) => Promise<void>;
}

/** Recovers one block as its primary datanode (BlockRecoveryWorker.RecoveryTaskContiguous). Throws when that fails. */
export async function recoverBlock(order: RecoveringBlockProto, options: RecoveryOptions): Promise<void> {
  const block = blockFromProto(order.block.b);
  const peers = order.block.locs.map(({ id }) => ({ id, peer: options.peerFor(id) }));
  try {
    const candidates = await gather(order, block, peers, options.log);
    if (candidates === null) return;
    await synchronize(order, block, candidates, options);
  } finally {
    for (const { peer } of peers) peer.close();
  }
}

/** Stops all writers and asks what each datanode has; null when a newer recovery is at work. */
async function gather(
  order: RecoveringBlockProto,
  block: Block,
  peers: readonly { id: DatanodeIDProto; peer: ReplicaPeer }[],
  log: Logger,
): Promise<Candidate[] | null> {
  const candidates: Candidate[] = [];
  let found = 0;
  let failed = 0;
  for (const { id, peer } of peers) {
    try {
      const info = await peer.init(order);
      if (info === null || info.generationStamp < block.generationStamp || info.lengthBytes <= 0) continue;
      found++;
      if (info.originalState !== 'TEMPORARY') candidates.push({ id, peer, info });
    } catch (error) {
      if (error instanceof FailureError && error.failure.code === 'RecoveryInProgressException') {
        log.info('a newer recovery is at work', { block: blockText(block), recoveryId: order.newGenStamp });
        return null;
      }
      failed++;
      log.warn('a datanode cannot take part in a recovery', { block: blockText(block), datanode: id.ipAddr, error });
    }
  }
  if (failed === peers.length) throw new Error(`All datanodes failed: block=${blockText(block)}`);
  if (found > 0 && candidates.length === 0) {
    throw new Error(`Found ${found} replica(s) for block ${blockText(block)} but none is in RWR or better state.`);
  }
  return candidates;
}

async function synchronize(
  order: RecoveringBlockProto,
  block: Block,
  candidates: readonly Candidate[],
  options: RecoveryOptions,
): Promise<void> {
  const recoveryId = order.newGenStamp as GenerationStamp;
  const result = {
    block: blockToProto(block),
    newGenStamp: recoveryId,
    closeFile: true,
    newTaragets: [] as DatanodeIDProto[],
    newTargetStorages: [] as string[],
  };
  if (candidates.length === 0) {
    // Nobody has a byte of it: the block can go.
    await options.commit({ ...result, newLength: 0, deleteBlock: true });
    return;
  }
  const agreement = agree(candidates, order.truncateBlock?.numBytes);
  const newBlockId = (order.truncateBlock?.blockId ?? block.blockId) as BlockId;
  const newLength = agreement.lengthBytes;
  for (const { id, peer, info } of agreement.participants) {
    try {
      const old = { ...block, generationStamp: info.generationStamp, lengthBytes: info.lengthBytes };
      const storage = await peer.update(old, recoveryId, newBlockId, newLength);
      result.newTaragets.push(id);
      result.newTargetStorages.push(storage);
    } catch (error) {
      options.log.warn('a replica could not be recovered', { block: blockText(block), datanode: id.ipAddr, error });
    }
  }
  if (result.newTaragets.length === 0) throw new Error(`Cannot recover ${blockText(block)}: all datanodes failed`);
  options.log.info('recovered a block', { block: blockText(block), recoveryId, lengthBytes: newLength });
  await options.commit({ ...result, newLength, deleteBlock: false });
}
