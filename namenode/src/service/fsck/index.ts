export { Fsck, type FsckRequest } from './fsck.js';
export type { FsckOutput, FsckSettings } from './run.js';
