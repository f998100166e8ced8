import type { Stats } from 'node:fs';
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  truncate,
  unlink,
  utimes,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { FailureError } from '@rfs/base/failure';
import type { ContentSummary, FileChecksum, FileStatus, QuotaUsage } from '@rfs/client/dfs';
import { failure } from '@rfs/protocol/exceptions';
import { baseName, join, parentOf } from '../../model/name.js';
import type { ByteSink, ByteSource, CreateOptions, OpenOptions, ShellFiles, SpaceStatus } from '../contract.js';
import { ChecksumFile, LocalSink, LocalSource } from './bytes.js';
import { localFailure } from './errors.js';
import { localGroups, localUsers } from './users.js';

/** What Hadoop's local file system says its block size is (fs.local.block.size). */
const BLOCK_BYTES = 32 * 1024 * 1024;
const CHECKSUM_NAME = /^\..*\.crc$/;

/** The file system of this machine. Checksum files beside others (`.name.crc`) are not shown, as in Hadoop. */
export class LocalFiles implements ShellFiles {
  readonly scheme = 'file';
  readonly authority = '';
  readonly workingFolder: string;
  readonly trashRoot = `${homedir()}/.Trash`;

  constructor(workingFolder: string) {
    this.workingFolder = workingFolder;
  }

  async status(path: string): Promise<FileStatus | undefined> {
    try {
      return statusOf(path, await stat(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw localFailure(error, path);
    }
  }

  async *list(path: string): AsyncGenerator<FileStatus, void> {
    const own = await this.status(path);
    if (own === undefined) throw new FailureError(failure('FileNotFoundException', `File ${path} does not exist`));
    if (own.kind !== 'directory') {
      yield own;
      return;
    }
    const folder = await on(path, () => opendir(path));
    for await (const { name } of folder) {
      if (CHECKSUM_NAME.test(name)) continue;
      const child = await this.status(join(path, name));
      if (child !== undefined) yield child;
    }
  }

  async contentSummary(path: string): Promise<ContentSummary> {
    const sums = { lengthBytes: 0, fileCount: 0, directoryCount: 0 };
    const add = async (status: FileStatus): Promise<void> => {
      if (status.kind !== 'directory') {
        sums.fileCount++;
        sums.lengthBytes += status.lengthBytes;
        return;
      }
      sums.directoryCount++;
      for await (const child of this.list(status.path)) await add(child);
    };
    for await (const status of this.only(path)) await add(status);
    return {
      ...sums,
      fileAndDirectoryCount: sums.fileCount + sums.directoryCount,
      quota: -1,
      spaceConsumedBytes: sums.lengthBytes,
      spaceQuotaBytes: -1,
      types: new Map(),
      snapshotLengthBytes: 0,
      snapshotFileCount: 0,
      snapshotDirectoryCount: 0,
      snapshotSpaceConsumedBytes: 0,
      erasureCodingPolicy: '',
    };
  }

  quotaUsage(path: string): Promise<QuotaUsage> {
    return this.contentSummary(path);
  }

  async space(path: string): Promise<SpaceStatus> {
    const { bsize, blocks, bfree, bavail } = await on(path, () => statfs(path));
    return { capacityBytes: bsize * blocks, usedBytes: bsize * (blocks - bfree), remainingBytes: bsize * bavail };
  }

  async replicaCounts(): Promise<number[]> {
    return [1];
  }

  async checksum(): Promise<FileChecksum | undefined> {
    return undefined;
  }

  async mayAccess(path: string, action: 'r' | 'w'): Promise<boolean> {
    try {
      await access(path, action === 'r' ? constants.R_OK : constants.W_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  }

  async serverTrashMinutes(): Promise<number> {
    return 0;
  }

  async open(path: string, options: OpenOptions = {}): Promise<ByteSource> {
    const file = await on(path, () => open(path, 'r'));
    return new LocalSource(file, path, options.fromByte ?? 0, options.lengthBytes ?? Number.POSITIVE_INFINITY);
  }

  async create(path: string, { overwrite, writeChecksum }: CreateOptions): Promise<ByteSink> {
    const parent = parentOf(path);
    if (parent !== undefined) await on(parent, () => mkdir(parent, { recursive: true }));
    const file = await on(path, () => open(path, overwrite ? 'w' : 'wx'));
    if (!writeChecksum) {
      await rm(checksumPath(path), { force: true });
      return new LocalSink(file, path);
    }
    return new LocalSink(file, path, await ChecksumFile.start(await open(checksumPath(path), 'w')));
  }

  async append(path: string): Promise<ByteSink> {
    return new LocalSink(await on(path, () => open(path, 'a')), path);
  }

  async mkdirs(path: string): Promise<boolean> {
    await on(path, () => mkdir(path, { recursive: true }));
    return true;
  }

  async remove(path: string, recursive: boolean): Promise<boolean> {
    const status = await this.status(path);
    if (status === undefined) return false;
    await rm(checksumPath(path), { force: true });
    await on(path, () => {
      if (status.kind !== 'directory') return unlink(path);
      return recursive ? rm(path, { recursive: true }) : rmdir(path);
    });
    return true;
  }

  async rename(from: string, to: string): Promise<boolean> {
    const target = await this.status(to);
    const into = target?.kind === 'directory' ? join(to, baseName(from)) : to;
    await on(from, () => rename(from, into));
    if ((await this.status(checksumPath(from))) !== undefined) await rename(checksumPath(from), checksumPath(into));
    return true;
  }

  async moveToTrash(from: string, to: string): Promise<void> {
    await on(from, () => rename(from, to));
  }

  setMode(path: string, mode: number): Promise<void> {
    return on(path, () => chmod(path, mode));
  }

  async setOwner(path: string, owner: string | undefined, group: string | undefined): Promise<void> {
    const current = await on(path, () => stat(path));
    const uid = owner === undefined ? current.uid : localUsers().number(owner);
    const gid = group === undefined ? current.gid : localGroups().number(group);
    if (uid === undefined) throw new FailureError(failure('IOException', `invalid user: '${owner}'`));
    if (gid === undefined) throw new FailureError(failure('IOException', `invalid group: '${group}'`));
    await on(path, () => chown(path, uid, gid));
  }

  async setTimes(path: string, modifiedMs: number, accessedMs: number): Promise<void> {
    const current = await on(path, () => stat(path));
    const seconds = (ms: number, unchanged: number): number => (ms < 0 ? unchanged : ms) / 1000;
    await on(path, () => utimes(path, seconds(accessedMs, current.atimeMs), seconds(modifiedMs, current.mtimeMs)));
  }

  async setReplication(): Promise<boolean> {
    return true;
  }

  async truncate(path: string, lengthBytes: number): Promise<boolean> {
    await on(path, () => truncate(path, lengthBytes));
    return true;
  }

  async concat(): Promise<void> {
    throw new FailureError(failure('UnsupportedOperationException', "Dest filesystem 'file' doesn't support concat."));
  }

  private async *only(path: string): AsyncGenerator<FileStatus, void> {
    const status = await this.status(path);
    if (status === undefined) throw new FailureError(failure('FileNotFoundException', `File ${path} does not exist`));
    yield status;
  }
}

function statusOf(path: string, stats: Stats): FileStatus {
  const isFolder = stats.isDirectory();
  return {
    kind: isFolder ? 'directory' : 'file',
    path,
    lengthBytes: stats.size,
    replication: 1,
    blockSizeBytes: BLOCK_BYTES,
    modifiedMs: Math.floor(stats.mtimeMs),
    accessedMs: Math.floor(stats.atimeMs),
    mode: stats.mode & 0o1777,
    owner: localUsers().name(stats.uid),
    group: localGroups().name(stats.gid),
    hasAcl: false,
    isErasureCoded: false,
    isEncrypted: false,
    fileId: 0,
    childCount: -1,
    linkTarget: undefined,
  };
}

/** Where the checksums of a local file are kept. */
function checksumPath(path: string): string {
  return join(parentOf(path) ?? '/', `.${baseName(path)}.crc`);
}

async function on<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw localFailure(error, path);
  }
}
