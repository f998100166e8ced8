import { StorageType } from '../types.js';

/** Which types of storage the replicas of a file go to (BlockStoragePolicy). */
export interface StoragePolicy {
  readonly id: number;
  readonly name: string;
  /** The last one repeats for all further replicas. */
  readonly types: readonly StorageType[];
  readonly creationFallbacks: readonly StorageType[];
  readonly replicationFallbacks: readonly StorageType[];
}

const { DISK, SSD, ARCHIVE, RAM_DISK, NVDIMM, PROVIDED } = StorageType;

function policy(
  id: number,
  name: string,
  types: readonly StorageType[],
  creationFallbacks: readonly StorageType[],
  replicationFallbacks: readonly StorageType[],
): StoragePolicy {
  return { id, name, types, creationFallbacks, replicationFallbacks };
}

/** HDFS's HOT, the default. */
export const HOT = policy(7, 'HOT', [DISK], [], [ARCHIVE]);

/** HDFS's policies with their ids (BlockStoragePolicySuite, HdfsConstants.StoragePolicy). */
export const STORAGE_POLICIES: readonly StoragePolicy[] = [
  policy(15, 'LAZY_PERSIST', [RAM_DISK, DISK], [DISK], [DISK]),
  policy(14, 'ALL_NVDIMM', [NVDIMM], [DISK], [DISK]),
  policy(12, 'ALL_SSD', [SSD], [DISK], [DISK]),
  policy(10, 'ONE_SSD', [SSD, DISK], [SSD, DISK], [SSD, DISK]),
  HOT,
  policy(5, 'WARM', [DISK, ARCHIVE], [DISK, ARCHIVE], [DISK, ARCHIVE]),
  policy(2, 'COLD', [ARCHIVE], [], []),
  policy(1, 'PROVIDED', [PROVIDED, DISK], [PROVIDED, DISK], [PROVIDED, DISK]),
];

/** The policy of an id; HOT for 0 (none set) and unknown ids. */
export function storagePolicyById(id: number): StoragePolicy {
  return STORAGE_POLICIES.find((candidate) => candidate.id === id) ?? HOT;
}

/** The policy of that name in whatever case; undefined when there is none (BlockStoragePolicySuite.getPolicy). */
export function storagePolicyByName(name: string): StoragePolicy | undefined {
  const wanted = name.toUpperCase();
  return STORAGE_POLICIES.find((candidate) => candidate.name === wanted);
}

/** One type for each of `replication` replicas; transient ones are left to the writer (BlockStoragePolicy). */
function typesFor(storagePolicy: StoragePolicy, replication: number): StorageType[] {
  const types: StorageType[] = [];
  for (const type of storagePolicy.types) {
    if (types.length === replication) return types;
    if (type !== RAM_DISK) types.push(type);
  }
  const last = storagePolicy.types[storagePolicy.types.length - 1] as StorageType;
  if (last !== RAM_DISK) while (types.length < replication) types.push(last);
  return types;
}

/** Takes each of `taken` out of `types` once; those that were not in it. */
function subtract(types: StorageType[], taken: readonly StorageType[]): StorageType[] {
  const rest: StorageType[] = [];
  for (const type of taken) {
    const at = types.indexOf(type);
    if (at >= 0) types.splice(at, 1);
    else rest.push(type);
  }
  return rest;
}

/** Types still wanted for `replication` replicas when `chosen` are there and `unavailable` are not to be had. */
export function requiredTypes(
  storagePolicy: StoragePolicy,
  replication: number,
  chosen: readonly StorageType[],
  unavailable: ReadonlySet<StorageType>,
  newBlock: boolean,
): StorageType[] {
  const types = typesFor(storagePolicy, replication);
  const surplus = subtract(types, chosen);
  const fallbacks = newBlock ? storagePolicy.creationFallbacks : storagePolicy.replicationFallbacks;
  const fallback = fallbacks.find((type) => !unavailable.has(type));
  for (let i = types.length - 1; i >= 0; i--) {
    if (!unavailable.has(types[i] as StorageType)) continue;
    if (fallback === undefined) types.splice(i, 1);
    else types[i] = fallback;
  }
  subtract(types, surplus);
  return types;
}

/** Types of the replicas that are too many among `present`; with equal types, just as many as are too many. */
export function excessTypes(
  storagePolicy: StoragePolicy,
  replication: number,
  present: readonly StorageType[],
): StorageType[] {
  return subtract(typesFor(storagePolicy, replication), present);
}
