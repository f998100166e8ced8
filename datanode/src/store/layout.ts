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

/** Reads a name into `into`, which a scan reuses for each of its millions of names. Ids that cannot be held are `other`. */
export function readFileName(name: string, into: ReplicaFileName): ReplicaFileName {
  into.kind = 'other';
  into.generationStamp = 0 as GenerationStamp;
  const match = REPLICA_FILE.exec(name);
  if (match === null) return into;
  const text = match[1]!;
  into.blockId = (text.length < 16 && text[0] !== '-' ? Number(text) : idFromText(text)) as BlockId;
  if (Number.isNaN(into.blockId)) return into;
  if (match[2] === undefined) {
    into.kind = 'block';
    return into;
  }
  into.generationStamp = Number(match[2]) as GenerationStamp;
  if (Number.isSafeInteger(into.generationStamp)) into.kind = 'meta';
  return into;
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
