import { ReplicaStore, type StoreOptions } from './replica-store.js';
import type { NamespaceIdentity, StorageFolders } from './storage-folders.js';

/** The replicas in `folders` that belong to the namespace: formats, checks and scans. */
export async function openStore(
  folders: StorageFolders,
  namespace: NamespaceIdentity,
  options: Omit<StoreOptions, 'poolId'>,
): Promise<ReplicaStore> {
  const store = new ReplicaStore({ ...options, poolId: namespace.blockPoolId });
  await store.load(await folders.attach(namespace, (volume, record) => store.holds(volume, record)));
  return store;
}
