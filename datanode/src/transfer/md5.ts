import { createHash } from 'node:crypto';

/** HDFS's default file checksum is an MD5 of MD5s of CRCs. */
export function md5(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}
