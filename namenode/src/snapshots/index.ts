export { continueBehind } from './continuing.js';
export type {
  SnapshotChunk,
  SnapshotOffer,
  SnapshotSuppliers,
  StateEngine,
  StateIndex,
} from './contract.js';
export { SnapshotFetcher, type SnapshotFetcherOptions } from './fetcher.js';
export {
  forgetInstalled,
  type InstalledState,
  readInstalled,
  removedName,
  staleStates,
  stateFolder,
} from './installed.js';
export { SnapshotSource, type SnapshotSourceOptions } from './source.js';
