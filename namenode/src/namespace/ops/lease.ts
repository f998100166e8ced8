import { assert } from '@rfs/base/assert';
import { idToText } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type { LoggedBlock } from '../../generated/command.js';
import type { OpContext, Refusal } from '../context.js';
import { type File, InodeKind } from '../inode.js';
import type { BlockRow, OpenFileRow } from '../records.js';
import type { ResolvedPath } from '../resolve.js';
import type { BatchView } from '../view.js';

/** The open file at the path, if `holder` is the one who writes it (FSNamesystem.checkLease). */
export function checkLease({ view }: OpContext, path: ResolvedPath, holder: string, fileId: number): File | Refusal {
  const { last } = path;
  if (last?.kind === InodeKind.FILE && last.underConstruction) {
    const owner = view.leases.holderOf(last.id);
    if (owner === holder) return last;
    if (owner !== undefined) {
      const where = whereText(view, path, holder, fileId);
      return failure('LeaseExpiredException', `Client (=${holder}) is not the lease owner (=${owner}: ${where}`);
    }
  }
  const where = whereText(view, path, holder, fileId);
  if (last === undefined) return failure('FileNotFoundException', `File does not exist: ${where}`);
  if (last.kind !== InodeKind.FILE) return failure('LeaseExpiredException', `INode is not a regular file: ${where}`);
  return failure('LeaseExpiredException', `File is not open for writing: ${where}`);
}

function whereText(view: BatchView, path: ResolvedPath, holder: string, fileId: number): string {
  return `${path.text} (inode ${fileId}) ${view.leases.describe(holder)}`;
}

/** What is known of a file whose lease was checked. */
export function openRow(view: BatchView, file: File): OpenFileRow {
  const open = view.openFile(file.id);
  assert(open !== undefined, `the file ${file.id} has a lease and no row of open files`);
  return open;
}

/** "blk_1073741825_1001" */
export function blockText(block: BlockRow | undefined): string {
  return block === undefined ? 'null' : `blk_${idToText(block.id)}_${block.stamp}`;
}

/** "BP-...:blk_1073741825_1001" (ExtendedBlock.toString) */
export function clientBlockText({ view }: OpContext, block: LoggedBlock | undefined): string {
  if (block === undefined) return 'null';
  return `${view.identity?.blockPoolId ?? ''}:blk_${idToText(block.blockId)}_${block.stamp}`;
}
