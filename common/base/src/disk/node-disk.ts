import fs from 'node:fs';
import type { Disk, DiskFile } from '../seams/index.js';

type Done = (error: Error | null) => void;

const CACHED = fs.constants.O_RDWR | fs.constants.O_CREAT;
const SYNCED = CACHED | fs.constants.O_DSYNC;
const MODE = 0o644;

class NodeFile implements DiskFile {
  private readonly fd: number;
  /** Writes and syncs that the thread pool still works on. */
  private running = 0;
  private writing = 0;
  /** Syncs that wait for the writes asked for before them. */
  private waitingSyncs: Done[] = [];
  private closed = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  size(): number {
    return fs.fstatSync(this.fd).size;
  }

  readSync(into: Uint8Array, position: number): number {
    let filled = 0;
    while (filled < into.length) {
      const read = fs.readSync(this.fd, into, filled, into.length - filled, position + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }

  write(pieces: readonly Uint8Array[], position: number, done: Done): void {
    this.running++;
    this.writing++;
    this.writeFrom(pieces, position, (error) => {
      this.writing--;
      this.startWaitingSyncs();
      this.finish(done, error);
    });
  }

  sync(done: Done): void {
    this.running++;
    if (this.writing > 0) this.waitingSyncs.push(done);
    else this.startSync(done);
  }

  truncateSync(length: number): void {
    fs.ftruncateSync(this.fd, length);
    fs.fsyncSync(this.fd);
  }

  close(): void {
    this.closed = true;
    // A descriptor that is closed under a running operation may already be another file's.
    if (this.running === 0) fs.closeSync(this.fd);
  }

  /** One positional write of all pieces; the kernel may take fewer bytes, then the rest follows. */
  private writeFrom(pieces: readonly Uint8Array[], position: number, done: Done): void {
    const written = (error: Error | null, count: number): void => {
      const rest = error === null ? dropFirst(pieces, count) : [];
      if (rest.length === 0) done(error);
      else if (count === 0) done(new Error(`nothing could be written at ${position}`));
      else this.writeFrom(rest, position + count, done);
    };
    const only = pieces.length === 1 ? pieces[0] : undefined;
    if (only !== undefined) fs.write(this.fd, only, 0, only.length, position, written);
    else fs.writev(this.fd, pieces, position, written);
  }

  private startWaitingSyncs(): void {
    if (this.writing > 0 || this.waitingSyncs.length === 0) return;
    const waiting = this.waitingSyncs;
    this.waitingSyncs = [];
    for (const done of waiting) this.startSync(done);
  }

  private startSync(done: Done): void {
    fs.fdatasync(this.fd, (error) => this.finish(done, error));
  }

  private finish(done: Done, error: Error | null): void {
    this.running--;
    if (this.closed && this.running === 0) fs.closeSync(this.fd);
    done(error);
  }
}

/** The pieces without their first `count` bytes and without empty ones. */
function dropFirst(pieces: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  const rest: Uint8Array[] = [];
  let toDrop = count;
  for (const piece of pieces) {
    if (toDrop >= piece.length) {
      toDrop -= piece.length;
      continue;
    }
    rest.push(toDrop === 0 ? piece : piece.subarray(toDrop));
    toDrop = 0;
  }
  return rest;
}

/** The machine's file system. */
export const nodeDisk: Disk = {
  list(folder) {
    try {
      return fs.readdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
  makeFolder(folder) {
    fs.mkdirSync(folder, { recursive: true });
  },
  open(path) {
    return new NodeFile(fs.openSync(path, CACHED, MODE));
  },
  openSynced(path) {
    return new NodeFile(fs.openSync(path, SYNCED, MODE));
  },
  createSynced(path, done) {
    fs.open(path, SYNCED, MODE, (error, fd) => done(error, error === null ? new NodeFile(fd) : null));
  },
  exists(path) {
    return fs.existsSync(path);
  },
  remove(path, done) {
    fs.unlink(path, done);
  },
  removeSync(path) {
    fs.unlinkSync(path);
  },
  rename(from, to) {
    fs.renameSync(from, to);
  },
  syncFolder(folder, done) {
    fs.open(folder, fs.constants.O_RDONLY, (error, fd) => {
      if (error !== null) {
        done(error);
        return;
      }
      fs.fsync(fd, (failed) => fs.close(fd, (unclosed) => done(failed ?? unclosed)));
    });
  },
  syncFolderSync(folder) {
    const fd = fs.openSync(folder, fs.constants.O_RDONLY);
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
};
