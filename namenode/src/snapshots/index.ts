export { continueBehind } from './continuing.js';
export {
  type SnapshotChunk,
  type SnapshotOffer,
  type SnapshotSuppliers,
  type StateEngine,
  type StateIndex,
} from './contract.js';
export { SnapshotFetcher, type SnapshotFetcherOptions } from './fetcher.js';
export { forgetInstalled, type InstalledState, readInstalled, staleStates, stateFolder } from './installed.js';
export { SnapshotSource, type SnapshotSourceOptions } from './source.js';
