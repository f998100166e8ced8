import { createHash } from 'node:crypto';

/** MD5 of `pieces` one after another: what HDFS's file checksums are made of. Not for trust. */
export function md5(pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
