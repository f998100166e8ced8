import type { Clock } from '@rfs/base/seams';
import type { ReadableFile } from '../operations/index.js';

/** How long a list of blocks serves further requests; a replica that has gone meanwhile is passed over by its reader. */
const KEPT_MS = 5000;
const MOST_KEPT = 256;

/** A file opened for reading, which any number of requests may read at the same time. */
export interface SharedFile extends ReadableFile {
  /** Nobody was writing it when it was opened: its length and blocks stay. */
  readonly isClosed: boolean;
}

interface Kept {
  readonly file: Promise<SharedFile>;
  readonly untilMs: number;
}

/**
 * Files that were opened a moment ago, by path and by the state of the namespace that the namenode's redirect was made
 * from. Hadoop's client sends a new request with the redirect's address for every seek: those after the first ask no
 * namenode. A change of the file makes later redirects carry another state, so they never meet an older list.
 */
export class OpenFiles {
  private readonly openFile: (path: string) => Promise<SharedFile>;
  private readonly clock: Clock;
  /** The oldest first. */
  private readonly kept = new Map<string, Kept>();

  constructor(openFile: (path: string) => Promise<SharedFile>, clock: Clock) {
    this.openFile = openFile;
    this.clock = clock;
  }

  /** @param stateId -1 when no redirect led here: then nothing is known to be recent enough */
  async open(path: string, stateId: number): Promise<ReadableFile> {
    if (stateId < 0) return this.openFile(path);
    const key = `${stateId} ${path}`;
    const known = this.kept.get(key);
    if (known !== undefined && known.untilMs > this.clock.monotonicMs()) return known.file;
    const kept = { file: this.openFile(path), untilMs: this.clock.monotonicMs() + KEPT_MS };
    this.kept.delete(key);
    this.kept.set(key, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    let isClosed = false;
    try {
      const file = await kept.file;
      isClosed = file.isClosed;
      return file;
    } finally {
      if (!isClosed && this.kept.get(key) === kept) this.kept.delete(key);
    }
  }
}
