import type { ScanCounters } from '../scanner/index.js';
import type { ReplicaStore, Volume } from '../store/index.js';
import type { TransferCounters } from '../transfer/index.js';

/** One JMX bean: its attributes as they are when asked. */
export interface Bean {
  readonly name: string;
  readonly modelerType: string;
  attributes(): Readonly<Record<string, unknown>>;
}

/** What the beans show. */
export interface BeanSource {
  store(): ReplicaStore | null;
  readonly counters: TransferCounters;
  /** Undefined until the replicas are open. */
  scans(): ScanCounters | undefined;
  readonly version: string;
  readonly hostName: string;
  clusterId(): string;
  readonly rpcPort: number;
  readonly httpPort: number;
  readonly dataPort: number;
}

/** The datanode's beans that tools read, with Apache's names (DataNodeInfo, FSDatasetState, DataNodeActivity). */
export function datanodeBeans(source: BeanSource): readonly Bean[] {
  return [
    {
      name: 'Hadoop:service=DataNode,name=DataNodeInfo',
      modelerType: 'org.apache.hadoop.hdfs.server.datanode.DataNode',
      attributes: () => ({
        Version: source.version,
        SoftwareVersion: source.version,
        RpcPort: String(source.rpcPort),
        HttpPort: String(source.httpPort),
        DataPort: String(source.dataPort),
        ClusterId: source.clusterId(),
        DatanodeHostname: source.hostName,
        XceiverCount: source.counters.active,
        VolumeInfo: JSON.stringify(Object.fromEntries(volumes(source).map(volumeInfo))),
      }),
    },
    {
      name: 'Hadoop:service=DataNode,name=FSDatasetState',
      modelerType: 'FSDatasetState',
      attributes: () => ({
        Capacity: total(source, (volume) => volume.capacityBytes),
        DfsUsed: total(source, (volume) => volume.usedBytes),
        Remaining: total(source, (volume) => volume.availableBytes),
        NumFailedVolumes: source.store()?.volumes.filter((volume) => volume.failure !== null).length ?? 0,
        NumBlocks: source.store()?.finalizedCount ?? 0,
      }),
    },
    {
      name: `Hadoop:service=DataNode,name=DataNodeActivity-${source.hostName}-${source.dataPort}`,
      modelerType: `DataNodeActivity-${source.hostName}-${source.dataPort}`,
      attributes: () => ({
        BytesWritten: source.counters.bytesWritten,
        BytesRead: source.counters.bytesRead,
        BlocksWritten: source.counters.blocksWritten,
        BlocksRead: source.counters.blocksRead,
        BlocksVerified: source.scans()?.verified ?? 0,
        BlockVerificationFailures: source.counters.corruptFound + (source.scans()?.damaged ?? 0),
        VolumeFailures: source.store()?.volumes.filter((volume) => volume.failure !== null).length ?? 0,
        DataNodeActiveXceiversCount: source.counters.active,
      }),
    },
  ];
}

function volumes(source: BeanSource): readonly Volume[] {
  return source.store()?.volumes.filter((volume) => volume.failure === null) ?? [];
}

function total(source: BeanSource, of: (volume: Volume) => number): number {
  return volumes(source).reduce((sum, volume) => sum + of(volume), 0);
}

function volumeInfo(volume: Volume): [string, object] {
  const { folder, usedBytes: usedSpace, availableBytes: freeSpace, claimedBytes: reservedSpaceForReplicas } = volume;
  return [folder, { usedSpace, freeSpace, reservedSpaceForReplicas, storageType: volume.storageType }];
}

/** The beans that a query names, all of them for none; `*` in it stands for any text (JMXJsonServlet). */
export function beansJson(beans: readonly Bean[], query: string | undefined): string {
  const parts = (query ?? '').split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = query === undefined || query === '' ? /^/ : new RegExp(`^${parts.join('.*')}$`);
  const found = beans.filter(({ name }) => pattern.test(name));
  return JSON.stringify(
    { beans: found.map((bean) => ({ name: bean.name, modelerType: bean.modelerType, ...bean.attributes() })) },
    null,
    2,
  );
}
