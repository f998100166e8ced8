import { ByteReader } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import { isFailure } from '@rfs/base/failure';
import { type BlockId, type GenerationStamp, isId } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type {
  BlockReceivedAndDeletedRequestProto,
  BlockReportRequestProto,
  BlockReportResponseProto,
  DatanodeRegistrationProto,
  HeartbeatRequestProto,
  HeartbeatResponseProto,
  NamespaceInfoProto,
  StorageInfoProto,
} from '@rfs/protocol/messages';
import {
  ReceivedDeletedBlockInfoProto_BlockStatus as BlockStatus,
  DatanodeCommandProto_Type as CommandType,
  NNHAStatusHeartbeatProto_State as HaState,
} from '@rfs/protocol/messages';
import type { ReplySink } from '@rfs/protocol/service';
import type { BlockManager, DatanodeRegistration, Fingerprint, FullReport, IncrementalEntry } from '../blocks/index.js';
import type { IdentityRow } from '../namespace/index.js';
import type { Admission } from './admission.js';
import { commandMessage } from './convert/commands.js';
import { type ClockOffset, storageDescription, storageReport } from './convert/datanodes.js';
import { exportedKeys, HDFS_VERSION, storageInfo } from './convert/identity.js';

/** What datanodes are told of this node's place in its group. */
export interface Leadership {
  /** The term's first entry is applied and a quorum is in touch: only then a claim may be made. */
  readonly leading: boolean;
  /** Applied index: rises with every claim (BPOfferService.updateActorStatesFromHeartbeat). */
  readonly appliedIndex: number;
}

/** Background work of the block manager is due: reports came in. */
export type Wake = () => void;

const RETRY_LATER = 'The namenode does not know its filesystem yet';

/** DatanodeProtocol: every namenode answers every datanode, whatever its role. */
export class DatanodeService {
  private readonly blocks: BlockManager;
  private readonly admission: Admission;
  private readonly leadership: Leadership;
  private readonly identity: () => IdentityRow | undefined;
  private readonly clock: Clock;
  private readonly wake: Wake;

  constructor(
    blocks: BlockManager,
    admission: Admission,
    leadership: Leadership,
    identity: () => IdentityRow | undefined,
    clock: Clock,
    wake: Wake,
  ) {
    this.blocks = blocks;
    this.admission = admission;
    this.leadership = leadership;
    this.identity = identity;
    this.clock = clock;
    this.wake = wake;
  }

  versionRequest(): NamespaceInfoProto | Failure {
    const identity = this.identity();
    if (identity === undefined) return failure('RetriableException', RETRY_LATER);
    return {
      buildVersion: HDFS_VERSION,
      unused: 0,
      blockPoolID: identity.blockPoolId,
      storageInfo: storageInfo(identity),
      softwareVersion: HDFS_VERSION,
      capabilities: 1,
      // Left open: a datanode without an active would believe a claim made here without comparing its index.
      state: undefined,
      rfsDigests: true,
    };
  }

  /** Registers under the address the datanode came from: it may not know how others reach it. */
  register(registration: DatanodeRegistrationProto, address: string): DatanodeRegistrationProto | Failure {
    const identity = this.identity();
    if (identity === undefined) return failure('RetriableException', RETRY_LATER);
    const foreign = this.checkFilesystem(registration.storageInfo, identity);
    if (foreign !== undefined) return foreign;
    const described = describe(registration, address);
    const refused = this.admission.check(address, described.xferPort, registrationText(described, registration));
    if (refused !== undefined) return refused;
    this.admission.registered(this.blocks.fromDatanodes.register(described, this.clock.monotonicMs()));
    return {
      datanodeID: { ...registration.datanodeID, ipAddr: address },
      storageInfo: storageInfo(identity),
      keys: exportedKeys(),
      softwareVersion: registration.softwareVersion,
    };
  }

  heartbeat(request: HeartbeatRequestProto, address: string): HeartbeatResponseProto | Failure {
    const identity = this.identity();
    if (identity === undefined) return failure('RetriableException', RETRY_LATER);
    const { datanodeID } = request.registration;
    const refused = this.turnAway(datanodeID.datanodeUuid, address, datanodeID.xferPort);
    if (refused !== undefined) return refused;
    const digests = request.rfsDigests.map(({ storageUuid, count, entries }) => ({
      storageId: storageUuid,
      count,
      entries,
    }));
    const malformed = this.blocks.fromDatanodes.takeDigests(datanodeID.datanodeUuid, digests);
    if (malformed !== undefined) return failure('IOException', malformed.message);
    const answer = this.blocks.fromDatanodes.heartbeat(
      datanodeID.datanodeUuid,
      address,
      datanodeID.xferPort,
      {
        reports: request.reports.map(storageReport),
        xceiverCount: request.xceiverCount ?? 0,
        xmitsInProgress: request.xmitsInProgress ?? 0,
        failedVolumes: request.failedVolumes ?? 0,
        cacheCapacityBytes: request.cacheCapacity ?? 0,
        cacheUsedBytes: request.cacheUsed ?? 0,
        requestFullReportLease: request.requestFullBlockReportLease ?? false,
        leaving: request.rfsLeaving ?? false,
        withholdOrders: !this.leadership.leading,
      },
      this.clock.monotonicMs(),
    );
    const clock = this.clockOffset();
    return {
      cmds: answer.commands.map((command) => commandMessage(command, identity.blockPoolId, clock)),
      haStatus: {
        state: this.leadership.leading ? HaState.ACTIVE : HaState.OBSERVER,
        txid: this.leadership.appliedIndex,
      },
      rollingUpgradeStatus: undefined,
      rollingUpgradeStatusV2: undefined,
      fullBlockReportLeaseId: BigInt(answer.fullReportLeaseId),
      isSlownode: false,
      rfsVerify: answer.verify.map(({ id, stamp, lengthBytes }) => ({
        blockId: id,
        genStamp: stamp,
        numBytes: lengthBytes,
      })),
    };
  }

  /** Answers once all storages of the report have been worked in, which happens in slices. */
  blockReport(request: BlockReportRequestProto, sink: ReplySink<BlockReportResponseProto>): void {
    const reports: FullReport[] = request.reports.map((report) => ({
      storage: storageDescription(report.storage),
      entryCount: report.numberOfBlocks ?? 0,
      buffers: report.blocksBuffers,
      longs: report.blocks,
    }));
    const context = request.context;
    let waiting = reports.length;
    const done = (): void => {
      if (--waiting === 0) sink.reply(this.finalizeCommand());
    };
    const refused = this.blocks.fromDatanodes.fullReport(
      request.registration.datanodeID.datanodeUuid,
      reports,
      {
        leaseId: Number(context?.leaseId ?? 0n),
        totalRpcs: context?.totalRpcs ?? 1,
        currentRpc: context?.curRpc ?? 0,
      },
      this.clock.monotonicMs(),
      done,
    );
    if (refused !== undefined) this.refuseReport(refused, sink);
    else if (reports.length === 0) sink.reply({ cmd: undefined });
    else this.wake();
  }

  incrementalReport(request: BlockReceivedAndDeletedRequestProto): Failure | undefined {
    const uuid = request.registration.datanodeID.datanodeUuid;
    for (const storage of request.blocks) {
      const entries: IncrementalEntry[] = [];
      for (const { block, status, deleteHint, rfsDigest, rfsVerified } of storage.blocks) {
        if (!isId(block.blockId)) return failure('IOException', 'a block id that this namenode cannot hold');
        entries.push({
          block: {
            id: block.blockId as BlockId,
            stamp: block.genStamp as GenerationStamp,
            lengthBytes: block.numBytes ?? 0,
          },
          status: statusNames[status],
          deleteHint: deleteHint ?? '',
          print: fingerprint(rfsDigest),
          verified: rfsVerified ?? false,
        });
      }
      const described = storageDescription(storage.storage ?? { storageUuid: storage.storageUuid });
      const refused = this.blocks.fromDatanodes.incrementalReport(uuid, described, entries, this.clock.monotonicMs());
      // The next heartbeat tells the datanode to register; an exception here would only be logged.
      if (isFailure(refused)) return undefined;
    }
    this.wake();
    return undefined;
  }

  /** A datanode that was taken off the list counts as dead from its next heartbeat on (DatanodeManager.handleHeartbeat). */
  private turnAway(uuid: string, address: string, xferPort: number): Failure | undefined {
    const refused = this.admission.check(address, xferPort, `${address}:${xferPort}`);
    if (refused === undefined) return undefined;
    const datanode = this.blocks.datanodes.get(uuid);
    if (datanode !== undefined) this.blocks.expel(datanode);
    return refused;
  }

  get appliedIndex(): number {
    return this.leadership.appliedIndex;
  }

  private clockOffset(): ClockOffset {
    return { wallMinusMonotonicMs: this.clock.nowMs() - this.clock.monotonicMs() };
  }

  private refuseReport(refused: Failure, sink: ReplySink<BlockReportResponseProto>): void {
    if (refused.code === 'UNREGISTERED') {
      sink.reply({ cmd: { cmdType: CommandType.RegisterCommand, registerCmd: {} } });
    } else sink.fail(failure('InvalidBlockReportLeaseException', refused.message));
  }

  /** An old upgrade of a datanode's folders ends once the leader has its report (DNA_FINALIZE). */
  private finalizeCommand(): BlockReportResponseProto {
    const identity = this.identity();
    if (identity === undefined || !this.leadership.leading) return { cmd: undefined };
    return { cmd: { cmdType: CommandType.FinalizeCommand, finalizeCmd: { blockPoolId: identity.blockPoolId } } };
  }

  private checkFilesystem(info: StorageInfoProto, identity: IdentityRow): Failure | undefined {
    if (info.namespceID === identity.namespaceId && info.clusterID === identity.clusterId) return undefined;
    return failure(
      'IOException',
      `A datanode of cluster ${info.clusterID}, namespace ${info.namespceID}, came to cluster ` +
        `${identity.clusterId}, namespace ${identity.namespaceId}: it has the data folder of another filesystem.`,
    );
  }
}

/** What is kept of a digest; undefined when the datanode sent none. */
function fingerprint(digest: Uint8Array | undefined): Fingerprint | undefined {
  if (digest === undefined || digest.length < 8) return undefined;
  const reader = new ByteReader(digest);
  return { high: reader.uint32(), low: reader.uint32() };
}

const statusNames: Record<BlockStatus, IncrementalEntry['status']> = {
  [BlockStatus.RECEIVING]: 'RECEIVING',
  [BlockStatus.RECEIVED]: 'RECEIVED',
  [BlockStatus.DELETED]: 'DELETED',
};

/** How HDFS names a datanode that asks to be admitted (DatanodeRegistration.toString). */
function registrationText(datanode: DatanodeRegistration, { storageInfo: info }: DatanodeRegistrationProto): string {
  const { ipAddr, xferPort, uuid, infoPort, infoSecurePort, ipcPort } = datanode;
  return (
    `DatanodeRegistration(${ipAddr}:${xferPort}, datanodeUuid=${uuid}, infoPort=${infoPort}, ` +
    `infoSecurePort=${infoSecurePort}, ipcPort=${ipcPort}, storageInfo=lv=${info.layoutVersion};` +
    `cid=${info.clusterID};nsid=${info.namespceID};c=${info.cTime})`
  );
}

function describe(registration: DatanodeRegistrationProto, address: string): DatanodeRegistration {
  const { datanodeID } = registration;
  return {
    uuid: datanodeID.datanodeUuid,
    ipAddr: address,
    hostName: datanodeID.hostName,
    peerHostName: address,
    xferPort: datanodeID.xferPort,
    infoPort: datanodeID.infoPort,
    infoSecurePort: datanodeID.infoSecurePort ?? 0,
    ipcPort: datanodeID.ipcPort,
    softwareVersion: registration.softwareVersion,
  };
}
