import type { AdminState, ClusterStats } from '../../blocks/index.js';

/** What the HTTP door shows of a namenode. */
export interface NamenodeView {
  /** Everything as it is now: made for each request, in time linear in the number of datanodes. */
  snapshot(): NamenodeSnapshot;
}

/** What a node is to its group, in the words of HDFS's bean NameNodeStatus. */
export type NamenodeRole = 'active' | 'observer';

export interface NamenodeSnapshot {
  readonly role: NamenodeRole;
  /** It counts for the quorum of its group. */
  readonly votes: boolean;
  /** host:port that clients reach this namenode's RPC at. */
  readonly hostAndPort: string;
  /** Name of the machine. */
  readonly hostName: string;
  /** The HDFS version that this namenode behaves like. */
  readonly version: string;
  /** Wall clock, ms since the epoch. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** When the role changed last; 0 for never. */
  readonly lastTransitionMs: number;
  /** Undefined until the filesystem was made. */
  readonly filesystem: { readonly clusterId: string; readonly blockPoolId: string } | undefined;
  /** Why safe mode is on, in HDFS's words; undefined when it is off. */
  readonly safeMode: string | undefined;
  readonly appliedIndex: number;
  /** Directories (the root among them), files and symbolic links. */
  readonly inodes: number;
  readonly openFiles: number;
  /** Clients that hold leases. */
  readonly writers: number;
  /** dfs.namenode.max.objects; 0 for no limit. */
  readonly maxObjects: number;
  /** Folder of journal and namespace. */
  readonly nameDir: string;
  readonly stats: ClusterStats;
  readonly datanodes: readonly DatanodeFacts[];
}

/** Counts of blocks, and the time since a datanode was told to leave. */
export interface LeavingFacts {
  readonly blocks: number;
  /** Those of them that are being written. */
  readonly openBlocks: number;
  /** Those of them that are nowhere in service. */
  readonly onlyHereBlocks: number;
  readonly forMs: number;
}

/** One datanode, alive or dead. Sizes in bytes, sums over its storages. */
export interface DatanodeFacts {
  readonly hostName: string;
  readonly ipAddr: string;
  readonly xferPort: number;
  readonly infoPort: number;
  readonly infoSecurePort: number;
  readonly softwareVersion: string;
  readonly rack: string;
  readonly alive: boolean;
  readonly stale: boolean;
  readonly adminState: AdminState;
  /** Ms since the last heartbeat. */
  readonly lastContactMs: number;
  /** Ms since the last full report. */
  readonly lastReportMs: number;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly remainingBytes: number;
  readonly nonDfsUsedBytes: number;
  readonly blockPoolUsedBytes: number;
  readonly cacheCapacityBytes: number;
  readonly cacheUsedBytes: number;
  readonly blocks: number;
  readonly scheduledBlocks: number;
  readonly failedVolumes: number;
  readonly staleStorages: number;
  /** How far it is with being emptied: blocks that lack replicas elsewhere. Undefined while it is to stay. */
  readonly leaving?: LeavingFacts | undefined;
  /** Share of each storage's capacity that the block pool uses, in percent. */
  readonly storagePercents: readonly number[];
}
