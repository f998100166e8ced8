import { type BlockId, type GenerationStamp, idFromText, idLow, idToText } from '@rfs/base/ids';

/** The datanode layout that names blocks' folders by two five-bit numbers (DataNodeLayoutVersion BLOCKID_BASED_LAYOUT_32_by_32). */
export const DATANODE_LAYOUT_VERSION = -57;

/** Folders of finalized replicas in one block pool: 32 times 32. */
export const SUBDIR_COUNT = 1024;

/** Number of the finalized folder of a block, 0 to 1023 (DatanodeUtil.idToBlockDir). */
export function subdirOf(blockId: BlockId): number {
  const low = idLow(blockId);
  return ((low >>> 16) & 0x1f) * 32 + ((low >>> 8) & 0x1f);
}

/** Path of a finalized folder below `finalized`. */
export function subdirPath(subdir: number): string {
  return `subdir${subdir >>> 5}/subdir${subdir & 31}`;
}

export function blockFileName(blockId: BlockId): string {
  return `blk_${idToText(blockId)}`;
}

export function metaFileName(blockId: BlockId, generationStamp: GenerationStamp): string {
  return `blk_${idToText(blockId)}_${generationStamp}.meta`;
}

/** A file of a replica as its name tells; `generationStamp` is 0 for block files, which do not carry it. */
export interface ReplicaFileName {
  kind: 'block' | 'meta' | 'other';
  blockId: BlockId;
  generationStamp: GenerationStamp;
}

const REPLICA_FILE = /^blk_(-?\d{1,19})(?:_(\d{1,16})\.meta)?$/;
const UNDERSCORE = 0x5f;
/** Up to here decimal digits are a safe integer. */
const SAFE_DIGITS = 15;

/** Reads a name into `into`, which a scan reuses for each of its millions of names. Ids that cannot be held are `other`. */
export function readFileName(name: string, into: ReplicaFileName): ReplicaFileName {
  into.kind = 'other';
  into.generationStamp = 0 as GenerationStamp;
  if (readUsualName(name, into)) return into;
  const match = REPLICA_FILE.exec(name);
  if (match === null) return into;
  into.blockId = idFromText(match[1]!) as BlockId;
  if (Number.isNaN(into.blockId)) return into;
  if (match[2] === undefined) {
    into.kind = 'block';
    return into;
  }
  into.generationStamp = Number(match[2]) as GenerationStamp;
  if (Number.isSafeInteger(into.generationStamp)) into.kind = 'meta';
  return into;
}

/** PERF: names with ids and stamps of up to 15 digits, ten times as fast as by the expression; false for all others. */
function readUsualName(name: string, into: ReplicaFileName): boolean {
  if (!name.startsWith('blk_')) return false;
  const idEnd = digitsEnd(name, 4);
  if (idEnd === 4 || idEnd > 4 + SAFE_DIGITS) return false;
  into.blockId = numberAt(name, 4, idEnd) as BlockId;
  if (idEnd === name.length) {
    into.kind = 'block';
    return true;
  }
  if (name.charCodeAt(idEnd) !== UNDERSCORE) return false;
  const stampEnd = digitsEnd(name, idEnd + 1);
  if (stampEnd === idEnd + 1 || stampEnd > idEnd + 1 + SAFE_DIGITS) return false;
  if (name.length !== stampEnd + 5 || !name.endsWith('.meta')) return false;
  into.generationStamp = numberAt(name, idEnd + 1, stampEnd) as GenerationStamp;
  into.kind = 'meta';
  return true;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at++;
  return at;
}

function numberAt(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + text.charCodeAt(at) - 0x30;
  return value;
}

/** Folders of one block pool on one volume. */
export interface PoolFolders {
  readonly pool: string;
  readonly current: string;
  readonly finalized: string;
  readonly rbw: string;
  readonly tmp: string;
}

/** Where a pool keeps what, below the volume's root (BlockPoolSlice). */
export function poolFolders(volumeFolder: string, poolId: string): PoolFolders {
  const pool = `${volumeFolder}/current/${poolId}`;
  return {
    pool,
    current: `${pool}/current`,
    finalized: `${pool}/current/finalized`,
    rbw: `${pool}/current/rbw`,
    tmp: `${pool}/tmp`,
  };
}
