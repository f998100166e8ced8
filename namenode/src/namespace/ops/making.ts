import { failure } from '@rfs/protocol/exceptions';
import type { OpContext, Refusal } from '../context.js';
import type { Directory } from '../inode.js';
import { HARD_NAME_BYTES } from '../keys.js';
import { isReserved, joinPath } from '../path.js';
import type { ResolvedPath } from '../resolve.js';

const USER_WRITE_EXECUTE = 0o300;

/**
 * Whether the missing components of a path may be made: names, lengths and the number of entries
 * (FSDirectory.addLastINode, verifyINodeName, verifyMaxComponentLength, verifyMaxDirItems).
 */
export function checkNewEntries({ view }: OpContext, path: ResolvedPath): Refusal | undefined {
  const { limits } = view;
  const first = path.dirs.length - 1;
  const parent = path.dirs[first] as Directory;
  if (first === 0 && isReserved(path.components)) {
    return failure(
      'HadoopIllegalArgumentException',
      `File name "${path.components[0]}" is reserved and cannot be created. If this is during upgrade change the name ` +
        'of the existing file or directory to another name before upgrading to the new release.',
    );
  }
  for (let i = first; i < path.depth; i++) {
    const name = i === path.depth - 1 ? path.name : (path.components[i] as string);
    const refusal = checkName(name, limits.maxComponentLengthBytes, path, i);
    if (refusal !== undefined) return refusal;
  }
  return checkDirectoryItems(parent, limits.maxDirectoryItems, path, first);
}

/** Room for one more entry in `parent`, which is the directory at `depth` of the path. */
export function checkDirectoryItems(
  parent: Directory,
  limit: number,
  path: ResolvedPath,
  depth: number,
): Refusal | undefined {
  if (parent.childCount < limit) return undefined;
  return failure(
    'MaxDirectoryItemsExceededException',
    `The directory item limit of ${joinPath(path.components, depth)} is exceeded: limit=${limit} items=${parent.childCount}`,
  );
}

/** A name that may be given to an entry. */
export function checkName(name: string, limitBytes: number, path: ResolvedPath, at: number): Refusal | undefined {
  if (name === '.snapshot') return failure('HadoopIllegalArgumentException', '".snapshot" is a reserved name.');
  const limit = limitBytes === 0 ? HARD_NAME_BYTES : Math.min(limitBytes, HARD_NAME_BYTES);
  if (name.length * 3 <= limit) return undefined;
  const length = Buffer.byteLength(name);
  if (length <= limit) return undefined;
  const parent = joinPath(path.components, at);
  return failure(
    'PathComponentTooLongException',
    `The maximum path component name limit of ${name} in directory ${parent} is exceeded: limit=${limit} length=${length}`,
  );
}

/** Owner and group of something new: the caller, and the parent's group as in BSD (FSDirectory.addINode). */
export function ownersOf({ view, caller }: OpContext, parent: Directory): { owner: number; group: number } {
  return { owner: view.intern(caller.user), group: parent.group };
}

/**
 * Makes the directories that are missing above the last component. They get `baseMode` with u+wx, so that the caller
 * can go on below them (FSDirMkdirOp.createParentDirectories).
 */
export function makeAncestors(context: OpContext, path: ResolvedPath, baseMode: number): Directory {
  const { view } = context;
  if (path.parent !== undefined) return path.parent;
  let parent = path.dirs.at(-1) as Directory;
  const { owner, group } = ownersOf(context, parent);
  for (let i = path.dirs.length - 1; i < path.depth - 1; i++) {
    parent = view.makeDirectory(
      parent,
      path.components[i] as string,
      (baseMode & 0o777) | USER_WRITE_EXECUTE,
      owner,
      group,
    );
    view.tree.keep(parent);
  }
  return parent;
}

/** The parent must be there when it is not to be made (FSDirectory.verifyParentDir). */
export function checkParentDirectory(path: ResolvedPath): Refusal | undefined {
  if (path.depth <= 1) return undefined;
  if (path.obstacle !== undefined && path.dirs.length === path.depth - 1) {
    return failure('ParentNotDirectoryException', `Parent path is not a directory: ${path.parentText}`);
  }
  if (path.parent === undefined) {
    return failure('FileNotFoundException', `Parent directory doesn't exist: ${path.parentText}`);
  }
  return undefined;
}
