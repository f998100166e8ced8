export { BLAKE3_BYTES, Blake3, blake3 } from './blake3.js';
export { chunkCount, computeChunks, crc32c, verifyChunks } from './chunks.js';
export { CrcShift, combineCrc32c } from './combine.js';
