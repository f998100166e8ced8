export { DefaultPlacement } from './default-placement.js';
export type { DeleteRequest, PlacementPolicy, PlacementRequest } from './policy.js';
export {
  excessTypes,
  HOT,
  STORAGE_POLICIES,
  type StoragePolicy,
  storagePolicyById,
  storagePolicyByName,
} from './storage-policies.js';
