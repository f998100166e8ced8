export type { Store, StoreReader, StoreSnapshot, StoreWriter } from './contract.js';
