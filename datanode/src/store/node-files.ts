import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { lockFolder, unlessAbsent } from '@rfs/base/disk';
import type { BlockFile, FileSystemSpace, Files, OpenMode, ReadDone, WriteDone } from './files.js';

const OPEN_FLAGS: Record<OpenMode, number> = {
  read: fs.constants.O_RDONLY,
  update: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC,
};

/** Few enough that a disk that has to seek for each does not hold the event loop for long. */
const STATS_PER_TURN = 16;

class NodeBlockFile implements BlockFile {
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  read(into: Uint8Array, position: number, done: ReadDone): void {
    fs.read(this.fd, into, 0, into.length, position, (error, count) => {
      if (error !== null) done(error, 0);
      else if (count === into.length || count === 0) done(null, count);
      else this.read(into.subarray(count), position + count, (restError, rest) => done(restError, count + rest));
    });
  }

  write(pieces: readonly Uint8Array[], position: number, done: WriteDone): void {
    const total = totalLength(pieces);
    const written = (error: Error | null, count: number): void => {
      if (error !== null || count === total) done(error);
      else if (count === 0) done(new Error(`nothing could be written at ${position}`));
      else this.write(dropFirst(pieces, count), position + count, done);
    };
    const only = pieces.length === 1 ? pieces[0] : undefined;
    if (only !== undefined) fs.write(this.fd, only, 0, only.length, position, written);
    else fs.writev(this.fd, pieces, position, written);
  }

  sync(done: WriteDone): void {
    fs.fdatasync(this.fd, done);
  }

  truncate(lengthBytes: number): Promise<void> {
    return settled((done) => fs.ftruncate(this.fd, lengthBytes, done));
  }

  sizeBytes(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.fd, (error, stats) => (error === null ? resolve(stats.size) : reject(error)));
    });
  }

  close(): Promise<void> {
    return settled((done) => fs.close(this.fd, done));
  }
}

function settled(run: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
}

function totalLength(pieces: readonly Uint8Array[]): number {
  let total = 0;
  for (const piece of pieces) total += piece.length;
  return total;
}

/** The pieces without their first `count` bytes. */
function dropFirst(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let toDrop = count;
  for (const piece of pieces) {
    if (toDrop < piece.length) rest.push(toDrop === 0 ? piece : piece.subarray(toDrop));
    toDrop = Math.max(0, toDrop - piece.length);
  }
  return rest;
}

/** S_ISVTX */
const STICKY = 0o1000;

/** The machine's file system. */
export const nodeFiles: Files = {
  endOfTurn: (action) => setImmediate(action),
  open: (path, mode) =>
    new Promise((resolve, reject) => {
      fs.open(path, OPEN_FLAGS[mode], 0o644, (error, fd) =>
        error === null ? resolve(new NodeBlockFile(fd)) : reject(error),
      );
    }),
  list: (folder) => unlessAbsent(fsp.readdir(folder), []),
  async makeFolder(folder, mode = 0o777) {
    await fsp.mkdir(folder, { recursive: true, mode });
  },
  rename: (from, to) => settled((done) => fs.rename(from, to, done)),
  remove: (path) =>
    unlessAbsent(
      settled((done) => fs.unlink(path, done)).then(() => true),
      false,
    ),
  removeTree: (folder) => fsp.rm(folder, { recursive: true, force: true }),
  sizeBytes: (path) =>
    unlessAbsent(
      fsp.stat(path).then((stats): number | null => stats.size),
      null,
    ),
  async sizesBytes(paths) {
    const sizes: (number | null)[] = [];
    for (const path of paths) {
      sizes.push(fs.statSync(path, { throwIfNoEntry: false })?.size ?? null);
      if (sizes.length % STATS_PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return sizes;
  },
  linkCount: (path) => fsp.stat(path).then((stats) => stats.nlink),
  copy: (from, to) => fsp.copyFile(from, to),
  async setSticky(path) {
    const { mode } = await fsp.stat(path);
    await fsp.chmod(path, (mode & 0o7777) | STICKY);
  },
  isSticky: (path) => fsp.stat(path).then(({ mode }) => (mode & STICKY) !== 0),
  readAll: (path) => unlessAbsent<Buffer | null>(fsp.readFile(path), null),
  async replace(path, content) {
    const handle = await fsp.open(`${path}.tmp`, 'w', 0o644);
    try {
      await handle.writeFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await fsp.rename(`${path}.tmp`, path);
  },
  async syncFolder(folder) {
    const handle = await fsp.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async space(folder): Promise<FileSystemSpace> {
    const { blocks, bfree, bavail, bsize } = await fsp.statfs(folder);
    return { totalBytes: blocks * bsize, freeBytes: bfree * bsize, availableBytes: bavail * bsize };
  },
  lock: lockFolder,
  async bootId() {
    const text = await unlessAbsent<string | undefined>(
      fsp.readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      undefined,
    );
    return text?.trim();
  },
};
