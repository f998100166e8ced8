export { ByteReader, MalformedBytes } from './reader.js';
export { ByteWriter } from './writer.js';
