import type { BlockInspection, InspectedReplica, Storage } from '../../blocks/index.js';
import { StorageType } from '../../blocks/index.js';
import type { FsckOptions } from './options.js';

/** Replicas of a block by condition, as NumberReplicas has them. */
export interface ReplicaNumbers {
  readonly live: number;
  readonly excess: number;
  readonly corrupt: number;
  /** On storages whose contents may have changed since they were last reported. */
  readonly stale: number;
  readonly decommissioned: number;
  readonly decommissioning: number;
  readonly enteringMaintenance: number;
  readonly inMaintenance: number;
}

/** Counts the replicas; none for a block that the map does not know. */
export function countReplicas(replicas: readonly InspectedReplica[]): ReplicaNumbers {
  const among = (fits: (replica: InspectedReplica) => boolean): number => replicas.filter(fits).length;
  const good = (state: string) => among((replica) => replica.good && replica.storage.datanode.adminState === state);
  return {
    live: good('NORMAL'),
    excess: among(({ excess, corrupt }) => excess && !corrupt),
    corrupt: among(({ corrupt }) => corrupt),
    stale: among(({ storage }) => storage.contentsStale),
    decommissioned: good('DECOMMISSIONED'),
    decommissioning: good('DECOMMISSION_INPROGRESS'),
    enteringMaintenance: good('ENTERING_MAINTENANCE'),
    inMaintenance: good('IN_MAINTENANCE'),
  };
}

const TYPE_NAMES = new Map<number, string>(Object.entries(StorageType).map(([name, number]) => [number, name]));

/** The name of a storage type, as HDFS writes it. */
export function storageTypeName(type: StorageType): string {
  return TYPE_NAMES.get(type) ?? String(type);
}

/** How old a datanode's last heartbeat may be, against the time. */
export interface StaleRule {
  readonly nowMs: number;
  readonly staleIntervalMs: number;
}

/**
 * The list of replicas behind a block, or of the storages it is expected on while it is written; empty when nothing
 * of it was asked for (NamenodeFsck.getReplicaInfo).
 */
export function replicaList(
  options: FsckOptions,
  block: BlockInspection | undefined,
  expected: readonly Storage[] | undefined,
  rule: StaleRule,
): string {
  const { locations, racks, replicaDetails, upgradeDomains } = options;
  if (!(locations || racks || replicaDetails || upgradeDomains)) return '';
  const known = new Map((block?.replicas ?? []).map((replica) => [replica.storage, replica]));
  const items = (expected ?? [...known.keys()]).map((storage) => {
    const place = racks ? rackedName(storage) : storageName(storage);
    const domain = upgradeDomains ? '(ud=undefined)' : '';
    return `${place}${domain}${replicaDetails ? `(${detail(storage, known.get(storage), options, rule)})` : ''}`;
  });
  return `  [${items.join(', ')}]`;
}

function rackedName({ datanode }: Storage): string {
  return `${datanode.rack.path}/${datanode.registration.ipAddr}:${datanode.registration.xferPort}`;
}

function storageName({ datanode, id, type }: Storage): string {
  const { ipAddr, xferPort } = datanode.registration;
  return `DatanodeInfoWithStorage[${ipAddr}:${xferPort},${id},${storageTypeName(type)}]`;
}

function detail(
  storage: Storage,
  replica: InspectedReplica | undefined,
  { maintenance }: FsckOptions,
  { nowMs, staleIntervalMs }: StaleRule,
): string {
  const { datanode } = storage;
  const state = datanode.adminState;
  if (state === 'DECOMMISSIONED') return 'DECOMMISSIONED';
  if (state === 'DECOMMISSION_INPROGRESS') return 'DECOMMISSIONING';
  if (maintenance && state === 'ENTERING_MAINTENANCE') return 'ENTERING MAINTENANCE';
  if (maintenance && state === 'IN_MAINTENANCE') return 'IN MAINTENANCE';
  if (replica?.corrupt === true) return 'CORRUPT';
  if (replica?.excess === true) return 'EXCESS';
  if (datanode.isStale(nowMs, staleIntervalMs)) return 'STALE_NODE';
  return storage.contentsStale ? 'STALE_BLOCK_CONTENT' : 'LIVE';
}
