import type { ExtendedBlockProto } from '@rfs/protocol/messages';

/** Replicas that this very process holds: a datanode that reads files needs no connection to itself. */
export interface LocalReplicas {
  /**
   * Verified pieces of a block's range, in order, all of it, each unchanged until the next one is asked for; undefined
   * when the block is not here. A replica that turns out bad ends them with an error, and its holder reports it.
   * @param offset first byte in the block
   */
  open(block: ExtendedBlockProto, offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Told of bytes that had to come from a datanode's port instead. */
  noteRemote(bytes: number): void;
}
