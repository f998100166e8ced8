export { type FileChecksum, fileChecksum } from './file-checksum.js';
