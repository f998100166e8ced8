import { isFailure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type { AddBlockCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import type { StorageRef } from '../events.js';
import type { File } from '../inode.js';
import { type BlockRow, BlockState } from '../records.js';
import { resolveFile } from '../resolve.js';
import { blockFromEnd, FileEdit, isFinal, isMinimal, reservedBy, sameBlock } from './file-edit.js';
import { blockText, checkLease, clientBlockText, openRow } from './lease.js';
import { checkQuota } from './quota.js';

/** The block that a client is to write next, and where. */
export interface AllocatedBlock {
  readonly inode: InodeId;
  readonly id: BlockId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly offsetBytes: number;
  readonly storages: readonly StorageRef[];
}

/**
 * Commits the block that the client has finished and adds the next one (FSDirWriteFileOp.validateAddBlock and
 * storeAllocatedBlock). A repeated call, which names the block before the last while the last is empty, gets the same
 * block with the same storages.
 */
export function addBlock(context: OpContext, command: AddBlockCommand): AllocatedBlock | Refusal {
  const { view } = context;
  const path = resolveFile(view.tree, context.caller, command.path, command.fileId);
  if (isFailure(path)) return path;
  const refusal = checkSafeMode(context, 'Cannot add block to ', path.text);
  if (refusal !== undefined) return refusal;
  const file = checkLease(context, path, command.clientName, command.fileId);
  if (isFailure(file)) return file;
  const last = blockFromEnd(view, file, 1);
  const before = blockFromEnd(view, file, 2);
  const { previous } = command;
  if (!sameBlock(previous, last)) {
    const boundary =
      previous === undefined && last?.state === BlockState.COMPLETE && last.lengthBytes >= file.blockSizeBytes;
    if (!boundary) {
      if (!sameBlock(previous, before)) {
        return failure(
          'IOException',
          `Cannot allocate block in ${path.text}: passed 'previous' block ${clientBlockText(context, previous)} ` +
            `does not match actual last block in file ${blockText(last)}`,
        );
      }
      return repeat(context, command, file, last as BlockRow);
    }
  }
  const denied = checkProgress(context, command, path.text, file, last, before);
  if (denied !== undefined) return denied;

  const edit = new FileEdit(view, file);
  if (before?.state === BlockState.COMMITTED) edit.commit(file.blockCount - 2, before, before.lengthBytes, true);
  if (previous !== undefined && last !== undefined && last.state !== BlockState.COMPLETE) {
    const length = last.state === BlockState.COMMITTED ? last.lengthBytes : (previous.lengthBytes ?? 0);
    edit.commit(file.blockCount - 1, last, length, isMinimal(command.minimal, last, length));
  }
  const offsetBytes = file.lengthBytes;
  const block = view.newBlock();
  edit.append(block);
  edit.finish();
  const expected = view.internStorages(command.targets);
  view.putOpenFile(file.id, { ...openRow(view, file), expected, recoveryStamp: 0 });
  view.events.blockAllocated(block.id, block.stamp, file.id, file.replication, command.targets);
  return allocated(file, block, offsetBytes, command.targets);
}

/** The last block again; with the new storages if the first call found none. */
function repeat({ view }: OpContext, command: AddBlockCommand, file: File, last: BlockRow): AllocatedBlock | Refusal {
  if (last.lengthBytes !== 0) {
    return failure(
      'IOException',
      `Request looked like a retry to allocate block ${blockText(last)} but it already contains ` +
        `${last.lengthBytes} bytes`,
    );
  }
  const open = openRow(view, file);
  if (open.expected.length > 0) return allocated(file, last, file.lengthBytes, view.storages(open.expected));
  view.putOpenFile(file.id, { ...open, expected: view.internStorages(command.targets) });
  view.events.blockReopened(last.id, last.stamp, last.lengthBytes, command.targets);
  return allocated(file, last, file.lengthBytes, command.targets);
}

function checkProgress(
  { view }: OpContext,
  command: AddBlockCommand,
  path: string,
  file: File,
  last: BlockRow | undefined,
  before: BlockRow | undefined,
): Refusal | undefined {
  if (before !== undefined && before.state !== BlockState.COMPLETE && !isMinimal(command.minimal, before)) {
    return failure('NotReplicatedYetException', `Not replicated yet: ${path}`);
  }
  const { maxBlocksPerFile } = view.limits;
  if (file.blockCount >= maxBlocksPerFile) {
    return failure(
      'IOException',
      'File has reached the limit on maximum number of blocks (dfs.namenode.fs-limits.max-blocks-per-file): ' +
        `${file.blockCount} >= ${maxBlocksPerFile}`,
    );
  }
  let bytes = file.blockSizeBytes;
  if (command.previous !== undefined && last !== undefined && !isFinal(last)) {
    if (last.state === BlockState.UNDER_RECOVERY) {
      return failure('IOException', `Commit or complete block ${blockText(last)}, whereas it is under recovery.`);
    }
    bytes += (command.previous.lengthBytes ?? 0) - reservedBy(file, last);
  }
  return checkQuota(file.parent, 0, bytes * file.replication);
}

function allocated(file: File, block: BlockRow, offsetBytes: number, storages: readonly StorageRef[]): AllocatedBlock {
  const { id, stamp, lengthBytes } = block;
  return { inode: file.id, id, stamp, lengthBytes, offsetBytes, storages };
}
