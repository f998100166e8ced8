export { BLAKE3_BYTES, Blake3, blake3 } from './blake3.js';
export { BYTES_PER_SUM, chunkCount, computeChunks, crc32c, verifyChunks } from './chunks.js';
export { combineCrc32c } from './combine.js';
