import { StorageTypeProto } from '@rfs/protocol/messages';
import { UsageError } from '../../options/index.js';
import type { Terminal } from '../../terminal/index.js';
import { isExpected } from '../fs/command/errors.js';
import { takeOptions } from '../fs/command/options.js';
import { itemsMatching } from '../fs/model/item.js';
import type { Admin } from './connection.js';
import { storageTypeName } from './datanode-text.js';
import { EXIT_REFUSED, type Subcommand } from './subcommand.js';
import { longText, longWithPrefix, NotANumber, popValue } from './words.js';

/** HdfsConstants.QUOTA_DONT_SET: Long.MAX_VALUE as a number. */
const UNCHANGED = 2 ** 63;
/** HdfsConstants.QUOTA_RESET. */
const NONE = -1;
/** As Java's enum has them; in memory there is no quota. */
const TYPES_WITH_QUOTA = ['SSD', 'DISK', 'ARCHIVE', 'PROVIDED', 'NVDIMM'] as const;
const MANY = Number.POSITIVE_INFINITY;

interface Quota {
  readonly names: number;
  readonly space: number;
  readonly storageType?: StorageTypeProto | undefined;
}

export const setQuota: Subcommand = {
  usage: '-setQuota <quota> <dirname>...<dirname>',
  help: 'Limits how many names may be in the tree of each directory, its own included.',
  words: [0, MANY],
  run(given, admin, terminal) {
    const words = [...given];
    takeOptions(words, { min: 2 });
    const names = longWithPrefix(words.shift()!);
    return forEachPath('setQuota', words, { names, space: UNCHANGED }, admin, terminal);
  },
};

export const clrQuota: Subcommand = {
  usage: '-clrQuota <dirname>...<dirname>',
  help: 'Takes the limit on names away from each directory.',
  words: [0, MANY],
  run(given, admin, terminal) {
    const words = [...given];
    takeOptions(words, { min: 1 });
    return forEachPath('clrQuota', words, { names: NONE, space: UNCHANGED }, admin, terminal);
  },
};

export const setSpaceQuota: Subcommand = {
  usage: '-setSpaceQuota <quota> [-storageType <storagetype>] <dirname>...<dirname>',
  help: 'Limits the bytes of all replicas in the tree of each directory; 50t is 50 TB.',
  words: [0, MANY],
  run(given, admin, terminal) {
    const words = [...given];
    takeOptions(words, { min: 2 });
    const space = spaceOf(words.shift()!.trim());
    const type = popValue(words, '-storageType');
    const storageType = type === undefined ? undefined : typeNamed(type);
    if (type !== undefined && storageType === undefined) {
      const list = TYPES_WITH_QUOTA.join(', ');
      throw new UsageError(`Storage type ${type} is not available. Available storage types are [${list}]`);
    }
    return forEachPath('setSpaceQuota', words, { names: UNCHANGED, space, storageType }, admin, terminal);
  },
};

export const clrSpaceQuota: Subcommand = {
  usage: '-clrSpaceQuota [-storageType <storagetype>] <dirname>...<dirname>',
  help: 'Takes the limit on bytes away from each directory.',
  words: [0, MANY],
  run(given, admin, terminal) {
    const words = [...given];
    const type = takeOptions(words, { min: 1, valued: ['storageType'] }).value('storageType');
    const storageType = type === undefined ? undefined : typeNamed(type);
    if (type !== undefined && storageType === undefined) {
      throw new UsageError(`No enum constant org.apache.hadoop.fs.StorageType.${type.toUpperCase()}`);
    }
    return forEachPath('clrSpaceQuota', words, { names: UNCHANGED, space: NONE, storageType }, admin, terminal);
  },
};

/** Refused paths are told and the others still done (Hadoop's `Command.runAll`). */
async function forEachPath(
  name: string,
  paths: readonly string[],
  quota: Quota,
  admin: Admin,
  terminal: Terminal,
): Promise<number> {
  checkQuota(quota);
  let code = 0;
  for (const path of paths) {
    try {
      await setOn(path, quota, admin);
    } catch (error) {
      if (!isExpected(error)) throw error;
      terminal.err(`${name}: ${error.message.split('\n')[0]}\n`);
      code = EXIT_REFUSED;
    }
  }
  return code;
}

async function setOn(pattern: string, { names, space, storageType }: Quota, admin: Admin): Promise<void> {
  for (const { path, files } of await itemsMatching(admin.systems, pattern)) {
    if (files.scheme !== 'hdfs') throw new UsageError(`FileSystem ${files.scheme}:/// is not an HDFS file system`);
    await admin
      .namenodesOf(files.authority)
      .call('setQuota', { path, namespaceQuota: names, storagespaceQuota: space, storageType });
  }
}

/** What HDFS's client refuses itself (`DFSClient.setQuota`, `setQuotaByStorageType`). */
function checkQuota({ names, space, storageType }: Quota): void {
  if (storageType !== undefined) {
    const type = storageTypeName(storageType);
    if (space <= 0 && space !== NONE) throw new UsageError(`Invalid values for quota :${space}`);
    if (!isWithQuota(type)) throw new UsageError(`Don't support Quota for storage type : ${type}`);
  } else if ((names <= 0 && names !== NONE) || (space < 0 && space !== NONE)) {
    throw new UsageError(`Invalid values for quota : ${longText(names)} and ${longText(space)}`);
  }
}

function spaceOf(text: string): number {
  try {
    return longWithPrefix(text);
  } catch (error) {
    if (error instanceof NotANumber) throw new UsageError(`"${text}" is not a valid value for a quota.`);
    throw error;
  }
}

function typeNamed(text: string): StorageTypeProto | undefined {
  const name = text.toUpperCase();
  return Object.hasOwn(StorageTypeProto, name) ? StorageTypeProto[name as keyof typeof StorageTypeProto] : undefined;
}

function isWithQuota(type: string): boolean {
  return TYPES_WITH_QUOTA.some((name) => name === type);
}
