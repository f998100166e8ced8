import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { CompleteCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { BlockState } from '../records.js';
import { type ResolvedPath, resolveFile } from '../resolve.js';
import { blockFromEnd, FileEdit, isFinal, isMinimal, sameBlock } from './file-edit.js';
import { blockText, checkLease } from './lease.js';

/**
 * Commits the last block and closes the file; false as long as a block lacks its minimum of replicas. Closing a file
 * again that ended with the same block is true (FSDirWriteFileOp.completeFileInternal, HDFS-3031).
 *
 * Whoever names no last block although one is being written is refused, where HDFS says false for ever: hdfs-native does
 * so with each file that it could not write, and would believe for 15 s that it only has to wait.
 */
export function complete(context: OpContext, command: CompleteCommand): boolean | Refusal {
  const { view } = context;
  const refusal = checkSafeMode(context, 'Cannot complete file ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolveFile(view.tree, context.caller, command.path, command.fileId);
  if (isFailure(path)) return path;
  const file = checkLease(context, path, command.clientName, command.fileId);
  if (isFailure(file)) return isRepeated(context, command, path, file) ? true : file;
  const last = blockFromEnd(view, file, 1);
  const before = blockFromEnd(view, file, 2);
  const given = command.last;
  if (given === undefined && last !== undefined && !isFinal(last)) {
    return failure('IOException', `Cannot complete ${command.path} without its last block ${blockText(last)}`);
  }
  if (before !== undefined && before.state !== BlockState.COMPLETE && !isMinimal(command.minimal, before)) return false;
  const commits = given !== undefined && last !== undefined && !isFinal(last);
  if (commits) {
    if (last.state === BlockState.UNDER_RECOVERY) {
      return failure('IOException', `Commit or complete block ${blockText(last)}, whereas it is under recovery.`);
    }
    if (given.stamp !== last.stamp || given.blockId !== last.id) {
      return failure(
        'IOException',
        `Commit block with mismatching GS. NN has ${blockText(last)}, client submits blk_${given.blockId}_${given.stamp}`,
      );
    }
  }

  const edit = new FileEdit(view, file);
  if (before?.state === BlockState.COMMITTED) edit.commit(file.blockCount - 2, before, before.lengthBytes, true);
  let done = last === undefined || last.state === BlockState.COMPLETE;
  if (last !== undefined && !done && (commits || last.state === BlockState.COMMITTED)) {
    const length = commits ? (given.lengthBytes ?? 0) : last.lengthBytes;
    done = isMinimal(command.minimal, last, length);
    if (done || commits) edit.commit(file.blockCount - 1, last, length, done);
  }
  if (done) edit.close();
  edit.finish();
  return done;
}

/** The client missed the reply to a call that closed the file. */
function isRepeated({ view }: OpContext, command: CompleteCommand, path: ResolvedPath, refusal: Refusal): boolean {
  const { last } = path;
  if (refusal.code !== 'LeaseExpiredException' || last?.kind !== InodeKind.FILE || last.underConstruction) return false;
  return sameBlock(command.last, blockFromEnd(view, last, 1));
}
