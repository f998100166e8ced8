import { assert } from '@rfs/base/assert';
import { ByteWriter } from '@rfs/base/bytes';
import { ROOT_INODE_ID } from '@rfs/base/ids';
import type { BootstrapCommand, ConfigureCommand, SetSafeModeCommand } from '../../generated/command.js';
import type { OpContext } from '../context.js';
import { Directory } from '../inode.js';
import { MetaRow } from '../keys.js';
import { encodeLimits } from '../limits.js';
import { encodeIdentity, type IdentityRow } from '../records.js';

/** Makes the filesystem: its identity for ever and its root. The first entry of every log. */
export function bootstrap({ view }: OpContext, command: BootstrapCommand): IdentityRow {
  assert(view.identity === undefined, 'a second bootstrap in the log');
  const identity: IdentityRow = {
    clusterId: command.clusterId,
    namespaceId: command.namespaceId,
    blockPoolId: command.blockPoolId,
    creationTimeMs: command.creationTimeMs,
  };
  view.identity = identity;
  const row = new ByteWriter(256);
  encodeIdentity(row, identity);
  view.writer.put(view.tree.keys.meta(MetaRow.IDENTITY), row.written());
  const owner = view.intern(command.rootOwner);
  const group = view.intern(command.rootGroup);
  view.makeRoot(new Directory(ROOT_INODE_ID, null, '', command.rootMode, owner, group, view.state.timeMs));
  return identity;
}

/** Sets what operations are judged by from the next command on. */
export function configure({ view }: OpContext, command: ConfigureCommand): true {
  view.limits = command;
  const row = new ByteWriter(64);
  encodeLimits(row, command);
  view.writer.put(view.tree.keys.meta(MetaRow.LIMITS), row.written());
  view.changes++;
  return true;
}

/** Safe mode by command; the reply is whether it is on now. */
export function setSafeMode({ view }: OpContext, command: SetSafeModeCommand): boolean {
  view.state.safeMode = command.on;
  view.changes++;
  return command.on;
}
