import type { Clock } from '@rfs/base/seams';
import { type BlockManager, type Datanode, StorageType } from '../../blocks/index.js';
import type { StateMachine } from '../../namespace/index.js';
import { percentUsed } from './percents.js';
import type { DatanodeFacts, NamenodeRole, NamenodeSnapshot, NamenodeView } from './view.js';

/** What the door looks at, and what only the composition root knows. */
export interface MachineViewOptions {
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly clock: Clock;
  /** This node's place in its group, now. */
  readonly role: () => NamenodeRole;
  /** It counts for the quorum of its group, now. */
  readonly votes: () => boolean;
  /** Wall clock ms of the last change of role; 0 for none. */
  readonly lastTransitionMs: () => number;
  readonly hostAndPort: string;
  readonly hostName: string;
  readonly version: string;
  readonly startedMs: number;
  readonly maxObjects: number;
  readonly nameDir: string;
  /** dfs.namenode.stale.datanode.interval */
  readonly staleIntervalMs: number;
}

const STORAGE_TYPES = Object.values(StorageType);

/** The view of a namenode that applies the log. */
export class MachineView implements NamenodeView {
  private readonly options: MachineViewOptions;

  constructor(options: MachineViewOptions) {
    this.options = options;
  }

  snapshot(): NamenodeSnapshot {
    const { machine, blocks, clock, staleIntervalMs, ...fixed } = this.options;
    const monotonicMs = clock.monotonicMs();
    const root = machine.tree.root();
    return {
      role: fixed.role(),
      votes: fixed.votes(),
      hostAndPort: fixed.hostAndPort,
      hostName: fixed.hostName,
      version: fixed.version,
      nowMs: clock.nowMs(),
      startedMs: fixed.startedMs,
      lastTransitionMs: fixed.lastTransitionMs(),
      filesystem: machine.identity,
      safeMode: blocks.safeMode.on ? blocks.safeModeTip(monotonicMs) : undefined,
      appliedIndex: machine.appliedIndex,
      inodes: root === undefined ? 0 : root.fileCount + root.directoryCount + 1,
      openFiles: machine.leases.fileCount,
      writers: machine.leases.holderCount,
      maxObjects: fixed.maxObjects,
      nameDir: fixed.nameDir,
      stats: blocks.stats(monotonicMs),
      datanodes: blocks.datanodeReport('ALL').map((node) => datanodeFacts(node, monotonicMs, staleIntervalMs)),
    };
  }
}

function datanodeFacts(node: Datanode, nowMs: number, staleIntervalMs: number): DatanodeFacts {
  const { registration, storages, leaving } = node;
  return {
    hostName: registration.hostName,
    ipAddr: registration.ipAddr,
    xferPort: registration.xferPort,
    infoPort: registration.infoPort,
    infoSecurePort: registration.infoSecurePort,
    softwareVersion: registration.softwareVersion,
    rack: node.rack.path,
    alive: node.alive,
    stale: node.isStale(nowMs, staleIntervalMs),
    adminState: node.adminState,
    lastContactMs: nowMs - node.lastUpdateMs,
    lastReportMs: nowMs - node.lastReportMs,
    capacityBytes: node.capacityBytes,
    usedBytes: node.usedBytes,
    remainingBytes: node.remainingBytes,
    nonDfsUsedBytes: node.nonDfsUsedBytes,
    blockPoolUsedBytes: node.blockPoolUsedBytes,
    cacheCapacityBytes: node.cacheCapacityBytes,
    cacheUsedBytes: node.cacheUsedBytes,
    blocks: node.replicaCount(),
    scheduledBlocks: STORAGE_TYPES.reduce((sum, type) => sum + node.scheduled(type), 0),
    failedVolumes: node.failedVolumes,
    leaving:
      leaving === undefined
        ? undefined
        : {
            blocks: leaving.blocks,
            openBlocks: leaving.openBlocks,
            onlyHereBlocks: leaving.onlyHereBlocks,
            forMs: Math.trunc(nowMs - leaving.sinceMs),
          },
    staleStorages: storages.filter((storage) => storage.contentsStale).length,
    storagePercents: storages.map(({ blockPoolUsedBytes, capacityBytes }) =>
      capacityBytes <= 0 ? 0 : percentUsed(blockPoolUsedBytes, capacityBytes),
    ),
  };
}
