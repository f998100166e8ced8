import { isFailure } from '@rfs/base/failure';
import {
  ChecksumTypeProto,
  HAServiceStateProto,
  DatanodeReportTypeProto as ReportType,
  SafeModeActionProto as SafeModeAction,
} from '@rfs/protocol/messages';
import {
  type BlockManager,
  type DatanodeReportKind,
  HOT,
  STORAGE_POLICIES,
  type StoragePolicy,
  storagePolicyById,
} from '../blocks/index.js';
import { CommandKind, checkSuperuser, getReadable, storagePolicyOf } from '../namespace/index.js';
import { type ClockOffset, datanodeInfoMessage, storageReportMessage } from './convert/datanodes.js';
import { listCorruptFileBlocks } from './corrupt-files.js';
import type { Handlers, ServiceParts } from './handlers.js';
import { Outcome } from './proposer.js';

const reportKinds: Record<ReportType, DatanodeReportKind> = {
  [ReportType.ALL]: 'ALL',
  [ReportType.LIVE]: 'LIVE',
  [ReportType.DEAD]: 'DEAD',
  [ReportType.DECOMMISSIONING]: 'DECOMMISSIONING',
  [ReportType.ENTERING_MAINTENANCE]: 'ENTERING_MAINTENANCE',
  [ReportType.IN_MAINTENANCE]: 'IN_MAINTENANCE',
};

const checksumTypes = {
  CRC32C: ChecksumTypeProto.CHECKSUM_CRC32C,
  CRC32: ChecksumTypeProto.CHECKSUM_CRC32,
  NULL: ChecksumTypeProto.CHECKSUM_NULL,
} as const;

function clockOffset(parts: ServiceParts): ClockOffset {
  return { wallMinusMonotonicMs: parts.clock.nowMs() - parts.clock.monotonicMs() };
}

function policyMessage(policy: StoragePolicy) {
  return {
    policyId: policy.id,
    name: policy.name,
    creationPolicy: { storageTypes: [...policy.types] },
    creationFallbackPolicy: { storageTypes: [...policy.creationFallbacks] },
    replicationFallbackPolicy: { storageTypes: [...policy.replicationFallbacks] },
  };
}

/** Calls about the cluster rather than about files. */
export const clusterCalls: Handlers = {
  getServerDefaults: (parts, _request, _context, _caller, sink) => {
    const { config } = parts;
    sink.reply({
      serverDefaults: {
        blockSize: config.blockSizeBytes,
        bytesPerChecksum: config.bytesPerChecksum,
        writePacketSize: config.writePacketBytes,
        replication: config.replication,
        fileBufferSize: config.fileBufferBytes,
        encryptDataTransfer: false,
        trashInterval: Math.trunc(config.trashIntervalMinutes),
        checksumType: checksumTypes[config.checksumType],
        keyProviderUri: '',
        policyId: HOT.id,
        snapshotTrashRootEnabled: false,
      },
    });
  },

  getFsStats: (parts, _request, _context, _caller, sink) => {
    const stats = statsOf(parts.blocks, parts);
    sink.reply({
      capacity: stats.capacityBytes,
      used: stats.usedBytes,
      remaining: stats.remainingBytes,
      under_replicated: stats.lowRedundancyBlocks,
      corrupt_blocks: stats.corruptReplicaBlocks,
      missing_blocks: stats.missingBlocks,
      missing_repl_one_blocks: stats.missingBlocksReplicationOne,
      blocks_in_future: 0,
      pending_deletion_blocks: stats.pendingDeletionBlocks,
    });
  },

  getFsReplicatedBlockStats: (parts, _request, _context, _caller, sink) => {
    const stats = statsOf(parts.blocks, parts);
    sink.reply({
      low_redundancy: stats.lowRedundancyBlocks,
      corrupt_blocks: stats.corruptReplicaBlocks,
      missing_blocks: stats.missingBlocks,
      missing_repl_one_blocks: stats.missingBlocksReplicationOne,
      blocks_in_future: 0,
      pending_deletion_blocks: stats.pendingDeletionBlocks,
      highest_prio_low_redundancy_blocks: stats.highestPriorityLowRedundancyBlocks,
    });
  },

  // There are no erasure coded blocks, so there is nothing to count.
  getFsECBlockGroupStats: (_parts, _request, _context, _caller, sink) => {
    sink.reply({
      low_redundancy: 0,
      corrupt_blocks: 0,
      missing_blocks: 0,
      blocks_in_future: 0,
      pending_deletion_blocks: 0,
      highest_prio_low_redundancy_blocks: 0,
    });
  },

  getDatanodeReport: (parts, request, _context, _caller, sink) => {
    const clock = clockOffset(parts);
    const datanodes = parts.blocks.datanodeReport(reportKinds[request.type]);
    sink.reply({ di: datanodes.map((datanode) => datanodeInfoMessage(datanode, clock)) });
  },

  getDatanodeStorageReport: (parts, request, _context, _caller, sink) => {
    const clock = clockOffset(parts);
    const datanodes = parts.blocks.datanodeReport(reportKinds[request.type]);
    sink.reply({
      datanodeStorageReports: datanodes.map((datanode) => ({
        datanodeInfo: datanodeInfoMessage(datanode, clock),
        storageReports: datanode.storages.map(storageReportMessage),
      })),
    });
  },

  getSlowDatanodeReport: (_parts, _request, _context, _caller, sink) => sink.reply({ datanodeInfoProto: [] }),

  getStoragePolicies: (_parts, _request, _context, _caller, sink) =>
    sink.reply({ policies: STORAGE_POLICIES.map(policyMessage) }),

  getStoragePolicy: (parts, request, _context, caller, sink) => {
    const missing = `File/Directory does not exist: ${request.path}`;
    const inode = getReadable(parts.machine.tree, caller, request.path, missing);
    if (isFailure(inode)) sink.fail(inode);
    else sink.reply({ storagePolicy: policyMessage(storagePolicyById(storagePolicyOf(inode))) });
  },

  getHAServiceState: (parts, _request, _context, _caller, sink) => {
    sink.reply({ state: parts.proposer.leading ? HAServiceStateProto.ACTIVE : HAServiceStateProto.OBSERVER });
  },

  // Routing has waited for the newest index; all that the client wants of the answer is its state id.
  msync: (_parts, _request, _context, _caller, sink) => sink.reply({}),

  listCorruptFileBlocks,

  renewLease: (parts, request, _context, _caller, sink) => {
    parts.leases.renew(request.clientName, parts.clock.monotonicMs());
    sink.reply({});
  },

  setSafeMode: (parts, request, context, caller, sink) => {
    const { action } = request;
    const denied = action === SafeModeAction.SAFEMODE_GET ? undefined : checkSuperuser(caller);
    if (denied !== undefined) {
      sink.fail(denied);
      return;
    }
    if (action === SafeModeAction.SAFEMODE_GET) {
      sink.reply({ result: parts.blocks.safeMode.on });
      return;
    }
    const on = action === SafeModeAction.SAFEMODE_ENTER;
    parts.proposer.propose(CommandKind.SET_SAFE_MODE, { on }, caller, context, false, {
      applied: (result, index) => {
        parts.blocks.setManualSafeMode(on);
        new Outcome(sink, (now: boolean) => ({ result: now })).applied(result, index);
      },
      refused: (refused) => sink.fail(refused),
    });
  },

  rollingUpgrade: (_parts, _request, _context, caller, sink) => {
    const denied = checkSuperuser(caller);
    if (denied !== undefined) sink.fail(denied);
    // No rolling upgrade is under way: rfs needs none, each node is replaced by a newer one.
    else sink.reply({ rollingUpgradeInfo: undefined });
  },

  // Security is off: there is neither a key nor a token to give, which is what an unsecured HDFS answers.
  getDataEncryptionKey: (_parts, _request, _context, _caller, sink) => sink.reply({ dataEncryptionKey: undefined }),
  getDelegationToken: (_parts, _request, _context, _caller, sink) => sink.reply({ token: undefined }),
};

function statsOf(blocks: BlockManager, parts: ServiceParts) {
  return blocks.stats(parts.clock.monotonicMs());
}
