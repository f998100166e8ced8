import { type Inode, InodeKind } from './inode.js';

/** Id of LAZY_PERSIST: a file has it from its creation or never (BlockStoragePolicy.isCopyOnCreateFile). */
export const LAZY_PERSIST_POLICY = 15;

/** The policy in force: the inode's own or that of the nearest directory above that has one; 0 when none has. */
export function storagePolicyOf(inode: Inode): number {
  if (inode.kind === InodeKind.SYMLINK) return 0;
  if (inode.storagePolicy !== 0) return inode.storagePolicy;
  for (let at = inode.parent; at !== null; at = at.parent) if (at.storagePolicy !== 0) return at.storagePolicy;
  return 0;
}
