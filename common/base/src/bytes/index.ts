export type { Codec } from './codec.js';
export { ByteReader, MalformedBytes } from './reader.js';
export { ByteWriter } from './writer.js';
