import type { InodeId } from '@rfs/base/ids';
import type { PurgeCommand } from '../../generated/command.js';
import type { OpContext } from '../context.js';
import { type Directory, InodeKind } from '../inode.js';
import { idInKey, nameInKey, Table, tableBounds } from '../keys.js';
import type { BatchView } from '../view.js';
import { removeBlock, removeFileRows } from './removal.js';

/** Stands for the directory that was detached: only what hangs below it is looked at. */
interface Detached {
  readonly id: InodeId;
  readonly kind: number;
}

/**
 * Removes rows of what was deleted, at most about `limit`: entry by entry, child directories becoming detached
 * themselves. The reply is how many detached things are left. Which rows go follows from the store alone.
 */
export function purge({ view }: OpContext, command: PurgeCommand): number {
  let left = Math.max(1, command.limit);
  while (left > 0) {
    const next = firstDetached(view);
    if (next === undefined) break;
    left -= next.kind === InodeKind.FILE ? purgeBlocks(view, next.id, left) : purgeEntries(view, next.id, left);
  }
  return view.state.detachedCount;
}

function firstDetached(view: BatchView): Detached | undefined {
  let found: Detached | undefined;
  view.writer.range(...tableBounds(Table.DETACHED), (key, value) => {
    found = { id: idInKey(key) as InodeId, kind: value[0] as number };
    return false;
  });
  return found;
}

/** Removes a deleted file's blocks from the last one on; what it costs. */
function purgeBlocks(view: BatchView, id: InodeId, limit: number): number {
  const indexes: number[] = [];
  const { keys } = view.tree;
  view.writer.range(
    keys.from(Table.BLOCKS, id),
    keys.to(Table.BLOCKS, id),
    (key) => {
      indexes.push(new DataView(key.buffer, key.byteOffset).getUint32(9));
      return indexes.length < limit;
    },
    true,
  );
  for (const index of indexes) removeBlock(view, id, index);
  if (indexes.length < limit) {
    view.deleteDetached(id);
    view.forget(id);
  }
  return indexes.length + 1;
}

function purgeEntries(view: BatchView, id: InodeId, limit: number): number {
  const { tree, writer } = view;
  const names: string[] = [];
  const rows: Buffer[] = [];
  writer.range(tree.keys.from(Table.ENTRIES, id), tree.keys.to(Table.ENTRIES, id), (key, value) => {
    names.push(nameInKey(key));
    rows.push(Buffer.from(value));
    return names.length < limit;
  });
  let cost = 1;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    // Nobody reaches the entry any more: only the inode's own fields count, not its parent.
    const inode = tree.decodeDetached(name, rows[i] as Buffer);
    view.changes++;
    writer.delete(tree.keys.entry(id, name));
    cost++;
    if (inode.kind === InodeKind.DIRECTORY) {
      if (inode.childCount > 0) view.putDetached(inode.id, inode.kind);
      else view.forget((inode as Directory).id);
    } else if (inode.kind === InodeKind.FILE) {
      cost += Math.min(inode.blockCount, 256);
      removeFileRows(view, inode);
    } else view.forget(inode.id);
    if (cost >= limit) return cost;
  }
  if (names.length < limit) {
    view.deleteDetached(id);
    view.forget(id);
  }
  return cost;
}
