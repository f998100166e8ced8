/**
 * The one place where 64-bit identities of the wire become numbers of the process.
 *
 * Ordinary ids lie below 2^53 and are themselves. Apache's striped block groups count up from -2^63: the wire's
 * -2^63 + n is -(n + 1) in memory. Any other value has no exact number and is refused at the door.
 */
declare const brand: unique symbol;

export type BlockId = number & { readonly [brand]: 'BlockId' };
export type GenerationStamp = number & { readonly [brand]: 'GenerationStamp' };
export type InodeId = number & { readonly [brand]: 'InodeId' };
/** Position in the Raft log, from 1. The applied index is the state id of HDFS-12943. */
export type LogIndex = number & { readonly [brand]: 'LogIndex' };
export type Term = number & { readonly [brand]: 'Term' };

/** Id of the root directory (INodeId.ROOT_INODE_ID). */
export const ROOT_INODE_ID = 16385 as InodeId;
/** The last reserved generation stamp (GenerationStamp.LAST_RESERVED_STAMP); the first file's block gets 1001. */
export const FIRST_GENERATION_STAMP = 1000 as GenerationStamp;
/** The last reserved block id (SequentialBlockIdGenerator.LAST_RESERVED_BLOCK_ID = 2^30). */
export const LAST_RESERVED_BLOCK_ID = 1073741824 as BlockId;

const TWO_32 = 4294967296;
const SIGN_BIT = 0x80000000;
/** The high half of 2^53: from here on a double no longer holds every integer. */
const UNSAFE_HIGH = 0x200000;

/** Not an id: what {@link idFromHalves} answers for a value that no number stands for. */
export const FOREIGN_ID = Number.NaN;

/** The number in memory for a 64-bit wire value given as unsigned halves; FOREIGN_ID if there is none. */
export function idFromHalves(high: number, low: number): number {
  if (high < UNSAFE_HIGH) return high * TWO_32 + low;
  if (high >= SIGN_BIT && high - SIGN_BIT < UNSAFE_HIGH) return -((high - SIGN_BIT) * TWO_32 + low + 1);
  return FOREIGN_ID;
}

/** High unsigned half of the wire value that `id` stands for. */
export function idHigh(id: number): number {
  return id >= 0 ? Math.floor(id / TWO_32) : SIGN_BIT + Math.floor((-id - 1) / TWO_32);
}

/** Low unsigned half of the wire value that `id` stands for. */
export function idLow(id: number): number {
  return id >= 0 ? id % TWO_32 : (-id - 1) % TWO_32;
}

/** True for a value that may stand for a 64-bit id in memory. */
export function isId(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** The id as HDFS prints it in logs, file names and fsck output: signed decimal of the wire value. */
export function idToText(id: number): string {
  return id >= 0 ? String(id) : (-(2n ** 63n) + BigInt(-id - 1)).toString();
}

/** The id that a signed decimal (a file name's or an operator's) stands for; FOREIGN_ID if there is none. */
export function idFromText(text: string): number {
  if (!/^-?\d{1,19}$/.test(text)) return FOREIGN_ID;
  const value = BigInt.asUintN(64, BigInt(text));
  return idFromHalves(Number(value >> 32n), Number(value & 0xffffffffn));
}
