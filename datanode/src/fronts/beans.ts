import { type Bean, compactJson, type JmxObject, parseName } from '@rfs/base/jmx';
import type { ScanCounters } from '../scanner/index.js';
import type { ReplicaStore, Volume } from '../store/index.js';
import type { TransferCounters } from '../transfer/index.js';

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
export function datanodeBeans(source: BeanSource): readonly Bean<void>[] {
  return [
    bean('Hadoop:service=DataNode,name=DataNodeInfo', 'org.apache.hadoop.hdfs.server.datanode.DataNode', () => ({
      Version: source.version,
      SoftwareVersion: source.version,
      RpcPort: String(source.rpcPort),
      HttpPort: String(source.httpPort),
      DataPort: String(source.dataPort),
      ClusterId: source.clusterId(),
      DatanodeHostname: source.hostName,
      XceiverCount: source.counters.active,
      VolumeInfo: compactJson(Object.fromEntries(volumes(source).map(volumeInfo))),
    })),
    bean('Hadoop:service=DataNode,name=FSDatasetState', 'FSDatasetState', () => ({
      Capacity: total(source, (volume) => volume.capacityBytes),
      DfsUsed: total(source, (volume) => volume.usedBytes),
      Remaining: total(source, (volume) => volume.availableBytes),
      NumFailedVolumes: source.store()?.volumes.filter((volume) => volume.failure !== null).length ?? 0,
      NumBlocks: source.store()?.finalizedCount ?? 0,
    })),
    bean(
      `Hadoop:service=DataNode,name=DataNodeActivity-${source.hostName}-${source.dataPort}`,
      `DataNodeActivity-${source.hostName}-${source.dataPort}`,
      () => ({
        BytesWritten: source.counters.bytesWritten,
        BytesRead: source.counters.bytesRead,
        BlocksWritten: source.counters.blocksWritten,
        BlocksRead: source.counters.blocksRead,
        BlocksVerified: source.scans()?.verified ?? 0,
        BlockVerificationFailures: source.counters.corruptFound + (source.scans()?.damaged ?? 0),
        VolumeFailures: source.store()?.volumes.filter((volume) => volume.failure !== null).length ?? 0,
        DataNodeActiveXceiversCount: source.counters.active,
      }),
    ),
  ];
}

function bean(text: string, modelerType: string, attributes: () => JmxObject): Bean<void> {
  return { text, name: parseName(text), modelerType, attributes };
}

function volumes(source: BeanSource): readonly Volume[] {
  return source.store()?.volumes.filter((volume) => volume.failure === null) ?? [];
}

function total(source: BeanSource, of: (volume: Volume) => number): number {
  return volumes(source).reduce((sum, volume) => sum + of(volume), 0);
}

function volumeInfo(volume: Volume): [string, JmxObject] {
  const { folder, usedBytes: usedSpace, availableBytes: freeSpace, claimedBytes: reservedSpaceForReplicas } = volume;
  return [folder, { usedSpace, freeSpace, reservedSpaceForReplicas, storageType: volume.storageType }];
}
