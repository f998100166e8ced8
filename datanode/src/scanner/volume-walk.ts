import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import {
  blockFileName,
  type Files,
  type ReplicaFileName,
  readFileName,
  subdirOf,
  subdirPath,
  type Volume,
} from '../store/index.js';
import type { Cursor } from './cursor.js';

/** Folders of finalized replicas; names with leading zeros are none of ours. */
const SUBDIR = /^subdir(?:0|[1-9]\d?)$/;

/**
 * Goes through the finalized block files of a volume, as they are on disk, in the order of their names as text, which is
 * HDFS's order and so the one that a cursor means. Holds the names of one folder at a time.
 */
export class VolumeWalk {
  private readonly files: Files;
  private readonly volume: Volume;
  private readonly cursor: Cursor;
  private readonly name: ReplicaFileName = {
    kind: 'other',
    blockId: 0 as BlockId,
    generationStamp: 0 as GenerationStamp,
  };
  private entries: string[] | null = null;
  private index = 0;
  /** What was handed out last: the cursor moves there when it is done with. */
  private pending: string | null = null;

  /** @param cursor where to begin; kept up to date */
  constructor(files: Files, volume: Volume, cursor: Cursor) {
    this.files = files;
    this.volume = volume;
    this.cursor = cursor;
  }

  /** The next block, whose predecessor is done with; null at the end, which the cursor then says too. */
  async next(): Promise<BlockId | null> {
    const { cursor } = this;
    if (this.pending !== null) cursor.entry = this.pending;
    this.pending = null;
    for (;;) {
      this.entries ??= await this.readFolder();
      while (this.index < this.entries.length) {
        const entry = this.entries[this.index++]!;
        const { blockId } = readFileName(entry, this.name);
        // Where nobody looks for it, it is no replica.
        if (subdirPath(subdirOf(blockId)) !== `${cursor.folder}/${cursor.subfolder}`) continue;
        this.pending = entry;
        return blockId;
      }
      if (!(await this.nextFolder())) {
        cursor.atEnd = true;
        return null;
      }
    }
  }

  /** True when the walk has handed out the block already, or would have. */
  passed(blockId: BlockId): boolean {
    const { folder, subfolder, entry, atEnd } = this.cursor;
    if (atEnd || folder === null || subfolder === null) return atEnd;
    const own = subdirPath(subdirOf(blockId));
    const at = `${folder}/${subfolder}`;
    if (own !== at) return own < at;
    const last = this.pending ?? entry;
    return last !== null && blockFileName(blockId) <= last;
  }

  private async readFolder(): Promise<string[]> {
    const { folder, subfolder, entry } = this.cursor;
    this.index = 0;
    if (folder === null || subfolder === null) return [];
    const names = await this.files.list(`${this.volume.folders.finalized}/${folder}/${subfolder}`);
    return names
      .filter((name) => readFileName(name, this.name).kind === 'block' && (entry === null || name > entry))
      .sort();
  }

  private async nextFolder(): Promise<boolean> {
    const { cursor } = this;
    const root = this.volume.folders.finalized;
    this.entries = null;
    cursor.entry = null;
    if (cursor.folder !== null) {
      cursor.subfolder = after(await this.files.list(`${root}/${cursor.folder}`), cursor.subfolder);
      if (cursor.subfolder !== null) return true;
    }
    cursor.subfolder = null;
    cursor.folder = after(await this.files.list(root), cursor.folder);
    return cursor.folder !== null;
  }
}

/** The first folder after `last`; null when there is none. */
function after(names: readonly string[], last: string | null): string | null {
  let next: string | null = null;
  for (const name of names) {
    if (SUBDIR.test(name) && (last === null || name > last) && (next === null || name < next)) next = name;
  }
  return next;
}
