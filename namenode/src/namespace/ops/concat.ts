import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { ConcatCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type File, InodeKind } from '../inode.js';
import { isReservedInodes, isReservedRaw, splitPath } from '../path.js';
import { Access, checkAccess, checkParentForRemoval } from '../permissions.js';
import { BlockState } from '../records.js';
import { PathUse, type ResolvedPath, resolvePath } from '../resolve.js';
import type { BatchView } from '../view.js';
import { checkQuota } from './quota.js';

/** Moves the blocks of the sources behind the target's and removes the sources (FSDirConcatOp.concat). */
export function concat(context: OpContext, command: ConcatCommand): true | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot concat ', command.target) ?? checkNames(command);
  if (refusal !== undefined) return refusal;
  const target = resolvePath(view.tree, caller, command.target, PathUse.USE);
  if (isFailure(target)) return target;
  const file = checkTarget(context, command.target, target);
  if (isFailure(file)) return file;
  const sources: File[] = [];
  for (const path of command.sources) {
    const source = checkSource(context, path, target, file);
    if (isFailure(source)) return source;
    if (!sources.some((known) => known.id === source.id)) sources.push(source);
  }
  if (sources.length < command.sources.length) {
    return illegal('concat: at least two of the source files are the same');
  }
  let space = 0;
  for (const source of sources) space += source.reservedBytes * (file.replication - source.replication);
  const full = checkQuota(file.parent, 0, space);
  if (full !== undefined) return full;

  for (const source of sources) moveBlocks(view, file, source);
  file.mtimeMs = view.state.timeMs;
  view.save(file);
  return true;
}

function illegal(text: string): Refusal {
  return failure('HadoopIllegalArgumentException', text);
}

function checkNames({ target, sources }: ConcatCommand): Refusal | undefined {
  if (target === '') return failure('IllegalArgumentException', 'Target file name is empty');
  if (sources.length === 0) return failure('IllegalArgumentException', 'No sources given');
  for (const path of [target, ...sources]) {
    const components = splitPath(path);
    if (isReservedRaw(components) || isReservedInodes(components)) {
      return failure('IOException', `Concat operation doesn't support .reserved relative path : ${path}`);
    }
  }
  return undefined;
}

function checkTarget({ view, caller }: OpContext, text: string, path: ResolvedPath): File | Refusal {
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const file = fileAt(path, text);
  if (isFailure(file) || !file.underConstruction) return file;
  return illegal(`concat: target file ${text} is under construction`);
}

function checkSource({ view, caller }: OpContext, text: string, target: ResolvedPath, file: File): File | Refusal {
  const path = resolvePath(view.tree, caller, text, PathUse.USE);
  if (isFailure(path)) return path;
  const denied =
    checkAccess(view.tree.names, caller, path, Access.READ) ?? checkParentForRemoval(view.tree.names, caller, path);
  if (denied !== undefined) return denied;
  const source = fileAt(path, text);
  if (isFailure(source)) return source;
  if (source.parent !== file.parent) {
    return illegal(`Source file ${text} is not in the same directory with the target ${target.text}`);
  }
  if (source.id === file.id) {
    return illegal(`concat: the src file ${text} is the same with the target file ${target.text}`);
  }
  if (source.underConstruction || source.blockCount === 0) {
    return illegal(`concat: source file ${text} is invalid or empty or underConstruction`);
  }
  if (source.blockSizeBytes > file.blockSizeBytes) {
    return illegal(
      `concat: source file ${text} has preferred block size ${source.blockSizeBytes} which is greater than the ` +
        `target file's preferred block size ${file.blockSizeBytes}`,
    );
  }
  return source;
}

function fileAt(path: ResolvedPath, text: string): File | Refusal {
  const { last } = path;
  if (last === undefined) return failure('FileNotFoundException', `File does not exist: ${text}`);
  if (last.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${text}`);
  return last;
}

function moveBlocks(view: BatchView, target: File, source: File): void {
  const { blockCount, lengthBytes, reservedBytes } = source;
  view.unlink(source);
  for (let index = 0; index < blockCount; index++) {
    const block = view.block(source.id, index);
    if (block === undefined) continue;
    view.deleteBlock(source.id, index);
    view.putBlock(target.id, target.blockCount++, { ...block, state: BlockState.COMPLETE });
    view.events.blockMoved(block.id, target.id, target.replication);
  }
  view.forget(source.id);
  target.lengthBytes += lengthBytes;
  target.reservedBytes += reservedBytes;
  view.addSums(target.parent, 0, 0, lengthBytes, reservedBytes * target.replication);
}
