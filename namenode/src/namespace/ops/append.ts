import { isFailure } from '@rfs/base/failure';
import { failure, retriable } from '@rfs/protocol/exceptions';
import type { AppendCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type FileStatus, statusOf } from '../file-status.js';
import { type File, InodeFlag, InodeKind } from '../inode.js';
import { Access, checkAccess } from '../permissions.js';
import { type BlockRow, BlockState } from '../records.js';
import { PathUse, resolvePath } from '../resolve.js';
import type { AllocatedBlock } from './add-block.js';
import { CreateFlag } from './create.js';
import { blockFromEnd, FileEdit, sameBlock } from './file-edit.js';
import { blockText } from './lease.js';
import { checkNotOpen } from './lease-conflict.js';
import { checkQuota } from './quota.js';

/** A file opened for appending: its status, and the last block when that is to be written on. */
export interface AppendedFile {
  readonly status: FileStatus;
  readonly lastBlock: AllocatedBlock | undefined;
}

/** Opens a file to write behind its end, in its last block or in a new one (FSDirAppendOp.appendFile). */
export function append(context: OpContext, command: AppendCommand): AppendedFile | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot append to file', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  if (path.last?.kind === InodeKind.DIRECTORY) {
    return failure(
      'FileAlreadyExistsException',
      `Cannot append to directory ${path.text}; already exists as a directory.`,
    );
  }
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const file = path.last;
  if (file === undefined) {
    return failure(
      'FileNotFoundException',
      `Failed to append to non-existent file ${path.text} for client ${context.clientMachine}`,
    );
  }
  if (file.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${path.text}`);
  const last = blockFromEnd(view, file, 1);
  const { clientName, expiredHolder } = command;
  const unfit =
    checkNotOpen(context, 'APPEND_FILE', file, path.text, clientName, expiredHolder) ??
    checkLastBlock(command, path.text, last) ??
    checkQuota(file.parent, 0, last === undefined ? 0 : (file.blockSizeBytes - last.lengthBytes) * file.replication);
  if (unfit !== undefined) return unfit;

  const inNewBlock = (command.flags & CreateFlag.NEW_BLOCK) !== 0;
  const edit = new FileEdit(view, file);
  let lastBlock: AllocatedBlock | undefined;
  let expected: number[] = [];
  if (last !== undefined && inNewBlock) lastBlock = placed(file, last, []);
  else if (last !== undefined && last.lengthBytes !== file.blockSizeBytes) {
    edit.replace(file.blockCount - 1, last, { ...last, state: BlockState.UNDER_CONSTRUCTION });
    expected = view.internStorages(command.storages);
    view.events.blockReopened(last.id, last.stamp, last.lengthBytes, command.storages);
    lastBlock = placed(file, last, command.storages);
  }
  file.flags |= InodeFlag.UNDER_CONSTRUCTION;
  edit.finish();
  view.putOpenFile(file.id, {
    holder: clientName,
    clientMachine: context.clientMachine,
    expected,
    recoveryStamp: 0,
    truncateBytes: -1,
  });
  return { status: statusOf(file, view.tree.names, ''), lastBlock };
}

/** The leader looked at the last block before it proposed: it must still be that one, with enough replicas. */
function checkLastBlock(command: AppendCommand, path: string, last: BlockRow | undefined): Refusal | undefined {
  if (last === undefined) return undefined;
  if (last.state !== BlockState.COMPLETE) {
    return retriable(
      failure(
        'NotReplicatedYetException',
        `append: lastBlock=${blockText(last)} of src=${path} is COMMITTED but not yet COMPLETE.`,
      ),
    );
  }
  if (!sameBlock(command.lastBlock, last)) {
    return failure('RetriableException', `append: ${path} has changed since it was looked at`);
  }
  if (command.sufficientlyReplicated === true) return undefined;
  return failure(
    'IOException',
    `append: lastBlock=${blockText(last)} of src=${path} is not sufficiently replicated yet.`,
  );
}

function placed(file: File, block: BlockRow, storages: AllocatedBlock['storages']): AllocatedBlock {
  const { id, stamp, lengthBytes } = block;
  return { inode: file.id, id, stamp, lengthBytes, offsetBytes: file.lengthBytes - lengthBytes, storages };
}
