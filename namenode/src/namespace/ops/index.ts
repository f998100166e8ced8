import { CommandKind } from '../../generated/command.js';
import type { CommandMessage } from '../commands.js';
import type { Operation } from '../context.js';
import { abandonBlock } from './abandon-block.js';
import { touchAccessTimes } from './access-times.js';
import { addBlock } from './add-block.js';
import { append } from './append.js';
import { setOwner, setPermission, setTimes } from './attributes.js';
import { bootstrap, configure, setSafeMode } from './bootstrap.js';
import { commitBlockSynchronization } from './commit-synchronization.js';
import { complete } from './complete.js';
import { concat } from './concat.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { fsync } from './fsync.js';
import { mkdirs } from './mkdirs.js';
import { updateBlockForPipeline, updatePipeline } from './pipeline.js';
import { purge } from './purge.js';
import { releaseLease } from './release-lease.js';
import { rename } from './rename.js';
import { rename2 } from './rename2.js';
import { setQuota } from './set-quota.js';
import { setReplication } from './set-replication.js';
import { setStoragePolicy } from './set-storage-policy.js';
import { truncate } from './truncate.js';

/** What each kind of command does. */
export const operations: { readonly [K in CommandKind]: Operation<CommandMessage<K>> } = {
  [CommandKind.BOOTSTRAP]: bootstrap,
  [CommandKind.CONFIGURE]: configure,
  [CommandKind.SET_SAFE_MODE]: setSafeMode,
  [CommandKind.PURGE]: purge,
  [CommandKind.MKDIRS]: mkdirs,
  [CommandKind.CREATE]: create,
  [CommandKind.APPEND]: append,
  [CommandKind.TRUNCATE]: truncate,
  [CommandKind.CONCAT]: concat,
  [CommandKind.RENAME]: rename,
  [CommandKind.RENAME2]: rename2,
  [CommandKind.DELETE]: remove,
  [CommandKind.SET_PERMISSION]: setPermission,
  [CommandKind.SET_OWNER]: setOwner,
  [CommandKind.SET_REPLICATION]: setReplication,
  [CommandKind.SET_TIMES]: setTimes,
  [CommandKind.TOUCH_ACCESS_TIMES]: touchAccessTimes,
  [CommandKind.SET_QUOTA]: setQuota,
  [CommandKind.SET_STORAGE_POLICY]: setStoragePolicy,
  [CommandKind.ADD_BLOCK]: addBlock,
  [CommandKind.ABANDON_BLOCK]: abandonBlock,
  [CommandKind.COMPLETE]: complete,
  [CommandKind.FSYNC]: fsync,
  [CommandKind.UPDATE_BLOCK_FOR_PIPELINE]: updateBlockForPipeline,
  [CommandKind.UPDATE_PIPELINE]: updatePipeline,
  [CommandKind.RELEASE_LEASE]: releaseLease,
  [CommandKind.COMMIT_BLOCK_SYNCHRONIZATION]: commitBlockSynchronization,
};
