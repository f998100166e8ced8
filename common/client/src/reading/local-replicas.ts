import type { DatanodeIDProto, ExtendedBlockProto } from '@rfs/protocol/messages';
import type { DataEvents, DataLink } from '../network/index.js';

/** Replicas that this very process holds: a datanode that reads or writes files needs no connection to itself. */
export interface LocalReplicas {
  /**
   * Verified pieces of a block's range, in order, all of it, each unchanged until the next one is asked for; undefined
   * when the block is not here. A replica that turns out bad ends them with an error, and its holder reports it.
   * @param offset first byte in the block
   */
  open(block: ExtendedBlockProto, offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** The way to this process's own data port, without the network; undefined when `node` is another one. */
  dial(node: DatanodeIDProto, events: DataEvents): DataLink | undefined;
  /** Told of bytes that had to come from a datanode's port instead. */
  noteRemote(bytes: number): void;
}
