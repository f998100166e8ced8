export { Fsck, type FsckRequest } from './fsck.js';
export { LostFound, type RescueFileSystem } from './lost-found.js';
export { countReplicas } from './replicas.js';
export type { FsckOutput, FsckSettings } from './run.js';
