import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Storage } from '../datanodes/storage.js';
import type { Fingerprint } from '../map/replicas.js';
import type { ReplicaState } from '../types.js';

/** One report that came before the log brought its block; `state` undefined means deleted. */
export interface QueuedMessage {
  readonly storage: Storage;
  /** Of the storage when it reported: after a loss the number differs and the message is void. */
  readonly storageIndex: number;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly state: ReplicaState | undefined;
  readonly print: Fingerprint | undefined;
}

/** Reports about blocks that this node has not applied yet, oldest first per block (PendingDataNodeMessages). */
export class PendingMessages {
  count = 0;
  private readonly limit: number;
  private readonly byBlock = new Map<BlockId, QueuedMessage[]>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** False when the limit is reached and the message was dropped. One that says what the storage's last one did adds nothing. */
  add(block: BlockId, message: QueuedMessage): boolean {
    const queue = this.byBlock.get(block);
    const last = queue?.findLast(({ storage }) => storage === message.storage);
    if (last !== undefined && saysTheSame(last, message)) return true;
    if (this.count >= this.limit) return false;
    if (queue === undefined) this.byBlock.set(block, [message]);
    else queue.push(message);
    this.count++;
    return true;
  }

  /** Hands over and forgets what is queued for the block. */
  take(block: BlockId): readonly QueuedMessage[] | undefined {
    if (this.count === 0) return undefined;
    const queue = this.byBlock.get(block);
    if (queue === undefined) return undefined;
    this.byBlock.delete(block);
    this.count -= queue.length;
    return queue;
  }

  /** The storage has said something newer of its replica: what it said of it up to that stamp is void. */
  supersede(block: BlockId, storage: Storage, stamp: GenerationStamp): void {
    if (this.count === 0) return;
    const queue = this.byBlock.get(block);
    if (queue === undefined) return;
    const rest = queue.filter((message) => message.storage !== storage || message.stamp > stamp);
    this.count -= queue.length - rest.length;
    if (rest.length > 0) this.byBlock.set(block, rest);
    else this.byBlock.delete(block);
  }

  /** Blocks with messages, at most `limit` of them. */
  blocks(limit: number): BlockId[] {
    const blocks: BlockId[] = [];
    for (const block of this.byBlock.keys()) {
      if (blocks.length === limit) break;
      blocks.push(block);
    }
    return blocks;
  }
}

function saysTheSame(a: QueuedMessage, b: QueuedMessage): boolean {
  const sameReplica = a.stamp === b.stamp && a.lengthBytes === b.lengthBytes && a.state === b.state;
  return sameReplica && a.storageIndex === b.storageIndex && (b.print === undefined || a.print !== undefined);
}
