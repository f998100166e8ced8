import { CommandKind } from '../../generated/command.js';
import type { CommandMessage } from '../commands.js';
import type { Operation } from '../context.js';
import { bootstrap, configure, setSafeMode } from './bootstrap.js';
import { create } from './create.js';
import { mkdirs } from './mkdirs.js';

/** What each kind of command does. */
export const operations: { readonly [K in CommandKind]?: Operation<CommandMessage<K>> } = {
  [CommandKind.BOOTSTRAP]: bootstrap,
  [CommandKind.CONFIGURE]: configure,
  [CommandKind.SET_SAFE_MODE]: setSafeMode,
  [CommandKind.MKDIRS]: mkdirs,
  [CommandKind.CREATE]: create,
};
