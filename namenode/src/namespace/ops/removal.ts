import { type File, type Inode, InodeFlag, InodeKind } from '../inode.js';
import type { BatchView } from '../view.js';

/** A file with more blocks than this leaves them to the purge. */
const BLOCKS_AT_ONCE = 256;

/**
 * Takes an inode and all below it out of the namespace. What is small goes at once; the rows of the rest stay for
 * purge commands, so that one delete never takes long whatever it deletes. Counts and quota are right at once.
 */
export function removeInode(view: BatchView, inode: Inode): void {
  if (inode.kind === InodeKind.DIRECTORY) {
    if (inode.childCount > 0) {
      view.detach(inode);
      return;
    }
    view.unlink(inode);
    view.tree.drop(inode);
    view.forget(inode.id);
    return;
  }
  view.unlink(inode);
  if (inode.kind === InodeKind.FILE) removeFileRows(view, inode);
  else view.forget(inode.id);
}

/** Removes what belongs to a file that has no entry any more. */
export function removeFileRows(view: BatchView, file: File): void {
  if ((file.flags & InodeFlag.UNDER_CONSTRUCTION) !== 0) view.deleteOpenFile(file.id);
  if (file.blockCount > BLOCKS_AT_ONCE) {
    view.putDetached(file.id, InodeKind.FILE);
    return;
  }
  for (let index = 0; index < file.blockCount; index++) removeBlock(view, file.id, index);
  view.forget(file.id);
}

/** Removes one block's row and tells the block manager; false when there is none. */
export function removeBlock(view: BatchView, inode: number, index: number): boolean {
  const block = view.block(inode, index);
  if (block === undefined) return false;
  view.deleteBlock(inode, index);
  view.state.blockCount--;
  view.events.blockRemoved(block.id);
  return true;
}
