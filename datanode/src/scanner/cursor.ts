import type { Files } from '../store/index.js';

/** Where the scan of a volume is: the replica it looked at last, by the names of its folders and its file. */
export interface Cursor {
  /** Wall clock: when this round over the volume began. */
  roundStartMs: number;
  folder: string | null;
  subfolder: string | null;
  entry: string | null;
  /** The round is over. */
  atEnd: boolean;
}

/** What a file claims to hold. */
type SavedCursor = Record<
  'lastSavedMs' | 'iterStartMs' | 'curFinalizedDir' | 'curFinalizedSubDir' | 'curEntry' | 'atEnd',
  unknown
>;

export function newCursor(nowMs: number): Cursor {
  return { roundStartMs: nowMs, folder: null, subfolder: null, entry: null, atEnd: false };
}

/**
 * The cursor that was saved last, in HDFS's file and fields (FsVolumeImpl.BlockIteratorState), so that either datanode
 * goes on where the other was. One that cannot be read means a new round: nothing is lost but time.
 */
export async function readCursor(files: Files, path: string, nowMs: number): Promise<Cursor> {
  const bytes = await files.readAll(path);
  const cursor = newCursor(nowMs);
  if (bytes === null) return cursor;
  const fields = parsed(bytes.toString('utf8'));
  if (fields === null || typeof fields.iterStartMs !== 'number') return cursor;
  // A wall clock that was set back must not put the next round off for ever.
  cursor.roundStartMs = Math.min(fields.iterStartMs, nowMs);
  cursor.folder = textOrNull(fields.curFinalizedDir);
  cursor.subfolder = textOrNull(fields.curFinalizedSubDir);
  cursor.entry = textOrNull(fields.curEntry);
  cursor.atEnd = fields.atEnd === true;
  return cursor;
}

export function writeCursor(files: Files, path: string, cursor: Cursor, nowMs: number): Promise<void> {
  const fields: SavedCursor = {
    lastSavedMs: nowMs,
    iterStartMs: cursor.roundStartMs,
    curFinalizedDir: cursor.folder,
    curFinalizedSubDir: cursor.subfolder,
    curEntry: cursor.entry,
    atEnd: cursor.atEnd,
  };
  return files.replace(path, `${JSON.stringify(fields, null, 2)}\n`);
}

function parsed(text: string): Partial<SavedCursor> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Partial<SavedCursor>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
