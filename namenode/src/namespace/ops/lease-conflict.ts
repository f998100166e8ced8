import { failure } from '@rfs/protocol/exceptions';
import type { OpContext, Refusal } from '../context.js';
import { type File, InodeFlag } from '../inode.js';
import { BlockState } from '../records.js';

/** FSNamesystem.RecoverLeaseOp, as it stands in messages. */
export type OpeningOperation = 'CREATE_FILE' | 'APPEND_FILE' | 'TRUNCATE_FILE' | 'RECOVER_LEASE';

export function openingText(
  operation: OpeningOperation,
  path: string,
  holder: string,
  machine: string,
  why: string,
): string {
  return `Failed to ${operation} ${path} for ${holder} on ${machine} because ${why}`;
}

/**
 * Refuses to open a file that somebody writes (FSNamesystem.recoverLeaseInternal without force). `expiredHolder` is
 * the holder whose soft limit the leader found expired: its release was proposed before this command, so a file that
 * is still open is being recovered.
 */
export function checkNotOpen(
  { view, clientMachine: machine }: OpContext,
  operation: OpeningOperation,
  file: File,
  path: string,
  holder: string,
  expiredHolder: string | undefined,
): Refusal | undefined {
  if ((file.flags & InodeFlag.UNDER_CONSTRUCTION) === 0) return undefined;
  const open = view.openFile(file.id);
  const text = (why: string): string => openingText(operation, path, holder, machine, why);
  if (open === undefined) {
    return failure('AlreadyBeingCreatedException', text('the file is under construction but no leases found.'));
  }
  if (open.holder === holder) {
    return failure('AlreadyBeingCreatedException', text(`${holder} is already the current lease holder.`));
  }
  if (open.holder === expiredHolder) {
    return failure('RecoveryInProgressException', text('lease recovery is in progress. Try again later.'));
  }
  const last = file.blockCount > 0 ? view.block(file.id, file.blockCount - 1) : undefined;
  if (last?.state === BlockState.UNDER_RECOVERY) {
    return failure(
      'RecoveryInProgressException',
      text(`another recovery is in progress by ${open.holder} on ${open.clientMachine}`),
    );
  }
  return failure(
    'AlreadyBeingCreatedException',
    text(`this file lease is currently owned by ${open.holder} on ${open.clientMachine}`),
  );
}
