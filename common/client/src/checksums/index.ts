export { type FileChecksum, fileChecksum } from './file-checksum.js';
export { md5 } from './md5.js';
