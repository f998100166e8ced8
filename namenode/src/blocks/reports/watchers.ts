import type { BlockId } from '@rfs/base/ids';
import type { ReplicaWatcher } from '../types.js';

/** Calls of complete() and addBlock() that wait for a replica of a block to be reported. */
export class Watchers {
  private readonly byBlock = new Map<BlockId, ReplicaWatcher[]>();

  add(block: BlockId, watcher: ReplicaWatcher): void {
    const list = this.byBlock.get(block);
    if (list === undefined) this.byBlock.set(block, [watcher]);
    else list.push(watcher);
  }

  remove(block: BlockId, watcher: ReplicaWatcher): void {
    const list = this.byBlock.get(block);
    if (list === undefined) return;
    const at = list.indexOf(watcher);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) this.byBlock.delete(block);
  }

  /** Tells all who watch the block; they may remove themselves meanwhile. */
  wake(block: BlockId): void {
    if (this.byBlock.size === 0) return;
    const list = this.byBlock.get(block);
    if (list === undefined) return;
    for (const watcher of [...list]) watcher.replicaReported(block);
  }
}
