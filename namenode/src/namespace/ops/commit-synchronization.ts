import type { GenerationStamp } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type { CommitBlockSynchronizationCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { BlockState } from '../records.js';
import { blockFromEnd, FileEdit } from './file-edit.js';
import { clientBlockText } from './lease.js';

/**
 * A datanode has brought the replicas of the last block to one length and stamp (or found that there is nothing of
 * it): the recovery that was started under that stamp is over (FSNamesystem.commitBlockSynchronization). Repeating it
 * is harmless.
 */
export function commitBlockSynchronization(
  context: OpContext,
  command: CommitBlockSynchronizationCommand,
): true | Refusal {
  const { view } = context;
  const refusal = checkSafeMode(context, 'Cannot commitBlockSynchronization while in safe mode');
  if (refusal !== undefined) return refusal;
  const text = clientBlockText(context, command.block);
  const file = view.tree.byId(command.inodeId);
  if (file?.kind !== InodeKind.FILE) {
    return command.deleteBlock ? true : failure('IOException', `Block (=${text}) not found`);
  }
  const last = blockFromEnd(view, file, 1);
  const open = file.underConstruction ? view.openFile(file.id) : undefined;
  if (open === undefined || last === undefined || last.state === BlockState.COMPLETE) return true;
  if (last.id !== command.block.blockId) {
    return command.deleteBlock ? true : failure('IOException', `Block (=${text}) not found`);
  }
  if (open.recoveryStamp !== command.newStamp) {
    return failure(
      'IOException',
      `The recovery id ${command.newStamp} does not match current recovery id ${open.recoveryStamp} for block ${text}`,
    );
  }

  const edit = new FileEdit(view, file);
  if (command.deleteBlock) edit.removeLast(last);
  else {
    const stamp = command.newStamp as GenerationStamp;
    const lengthBytes = command.newLengthBytes;
    const recovered = { ...last, stamp, lengthBytes, state: BlockState.UNDER_CONSTRUCTION };
    edit.replace(file.blockCount - 1, last, recovered);
    view.events.blockReopened(last.id, stamp, lengthBytes, command.storages);
    // A recovered block is complete whatever its number of replicas: it is copied afterwards.
    if (command.closeFile) edit.commit(file.blockCount - 1, recovered, lengthBytes, true);
  }
  if (command.closeFile) {
    const before = blockFromEnd(view, file, command.deleteBlock ? 1 : 2);
    const place = file.blockCount - (command.deleteBlock ? 1 : 2);
    if (before?.state === BlockState.COMMITTED) edit.commit(place, before, before.lengthBytes, true);
    edit.close();
  } else {
    const expected = command.deleteBlock ? [] : view.internStorages(command.storages);
    view.putOpenFile(file.id, { ...open, expected, recoveryStamp: 0, truncateBytes: -1 });
  }
  edit.finish();
  return true;
}
