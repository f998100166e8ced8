import type { Random } from '@rfs/base/seams';
import { ActiveChoice, type ReportedVolume, stateToProto, VolumeReport } from '@rfs/datanode/reports';
import {
  BlockCommandProto_Action as Action,
  type BlockCommandProto,
  ReceivedDeletedBlockInfoProto_BlockStatus as BlockStatus,
  DatanodeCommandProto_Type as CommandType,
  type DatanodeCommandProto,
  type DatanodeIDProto,
  type DatanodeRegistrationProto,
  NNHAStatusHeartbeatProto_State as HaState,
  type HeartbeatRequestProto,
  type NamespaceInfoProto,
  type StorageBlockReportProto,
} from '@rfs/protocol/messages';
import type { World } from '../cluster.js';
import { must, Violation } from '../failure.js';
import { type ClockFaults, SimProcess } from '../process.js';
import { SimBlockRecovery } from './block-recovery.js';
import { NamenodeLink, replicaInfo, type Word } from './namenode-link.js';
import { afterRestart, type BlockName, type SimReplica, settledState } from './replica.js';
import { type ReplicaNews, ReplicaWork } from './replica-work.js';
import { call } from './rpc.js';

const PORT = 9866;
const CAPACITY_BYTES = 1 << 30;
const COPY_TIMEOUT_MS = 5000;
/** A copy and a deletion take up to this long. */
const COPY_MS = 400;
const DELETE_MS = 150;
/** One in so many takes far longer. */
const SLOW_ONE_IN = 8;
const SLOW_MS = 6000;

/** A datanode: its disk, and the program while it runs. */
export class SimDatanode implements ReplicaNews {
  readonly place: number;
  readonly ip: string;
  readonly replicas = new Map<number, SimReplica>();
  readonly work: ReplicaWork;
  volume: ReportedVolume;
  process: SimProcess | undefined;
  links: readonly NamenodeLink[] = [];
  private uuid: string;
  private disks = 0;
  private readonly world: World;
  private readonly random: Random;
  private readonly clock: ClockFaults;
  private choice = new ActiveChoice<NamenodeLink>();
  /** The newest term that a namenode has claimed to lead in. */
  private newestTerm = 0;
  private deletions: BlockName[] = [];
  private copies = 0;

  constructor(world: World, place: number, number: number) {
    this.world = world;
    this.place = place;
    this.ip = `10.0.0.${number + 1}`;
    this.uuid = `dn${number}`;
    this.random = world.random.fork(`datanode ${number}`);
    this.clock = { rate: 1 + (this.random.below(2001) - 1000) / 100_000, wallMs: 1_700_000_000_000 };
    this.volume = { storageId: `DS-${this.uuid}`, storageType: 'DISK' };
    this.work = new ReplicaWork(this.replicas, this);
  }

  get isOn(): boolean {
    return this.process !== undefined;
  }

  get id(): DatanodeIDProto {
    const { ip, uuid } = this;
    return { ipAddr: ip, hostName: ip, datanodeUuid: uuid, xferPort: PORT, infoPort: 9864, ipcPort: 9867 };
  }

  start(): void {
    const { world } = this;
    const process = new SimProcess(world.scheduler, this.clock, (work) => {
      try {
        work();
      } catch (error) {
        if (error instanceof Violation) throw error;
        throw new Violation('exception', `${this.uuid}: ${(error as Error).stack}`);
      }
    });
    this.process = process;
    afterRestart(this.replicas);
    this.choice = new ActiveChoice();
    this.newestTerm = 0;
    this.links = world.members
      .filter(({ votesOnly }) => !votesOnly)
      .map((member) => new NamenodeLink(world, this, process, member, this.random));
    for (const link of this.links) link.wake();
  }

  /** kill -9: what is written stays. */
  crash(): void {
    this.process?.end();
    this.process = undefined;
    this.links = [];
    this.deletions = [];
    this.copies = 0;
  }

  /** The disk is gone; the datanode comes back with an empty one, and is another one. */
  loseDisk(): void {
    this.crash();
    this.replicas.clear();
    this.uuid = `${this.uuid.split('.')[0]}.${++this.disks}`;
    this.volume = { storageId: `DS-${this.uuid}`, storageType: 'DISK' };
  }

  /** True for a finalized replica of that very stamp. */
  holds(id: number, stamp: number): boolean {
    const replica = this.replicas.get(id);
    return replica !== undefined && replica.stamp === stamp && settledState(replica) === 'FINALIZED';
  }

  /** Somebody at `place` asks; nobody answers while the program does not run. */
  serve<T>(place: number, work: (node: SimDatanode) => T, back: (result: T | undefined) => void): void {
    if (this.process === undefined) back(undefined);
    else this.process.hear(place, () => back(work(this)));
  }

  registrationFor({ storageInfo }: NamespaceInfoProto): DatanodeRegistrationProto {
    const keys = {
      isBlockTokenEnabled: false,
      keyUpdateInterval: 0,
      tokenLifeTime: 0,
      currentKey: { keyId: 0, expiryDate: 0 },
      allKeys: [],
    };
    return { datanodeID: this.id, storageInfo, keys, softwareVersion: '3.4.1' };
  }

  heartbeatRequest(registration: DatanodeRegistrationProto, wantsLease: boolean): HeartbeatRequestProto {
    const { storageId } = this.volume;
    const report = {
      storageUuid: storageId,
      failed: false,
      capacity: CAPACITY_BYTES,
      dfsUsed: 0,
      remaining: CAPACITY_BYTES,
      blockPoolUsed: 0,
      nonDfsUsed: 0,
      storage: { storageUuid: storageId },
    };
    return {
      registration,
      reports: [report],
      xmitsInProgress: this.copies,
      xceiverCount: this.copies,
      failedVolumes: 0,
      cacheCapacity: 0,
      cacheUsed: 0,
      requestFullBlockReportLease: wantsLease,
      slowPeers: [],
      slowDisks: [],
      rfsDigests: [],
    };
  }

  /** All replicas that are to stay, and the stamps of those that are finalized. */
  fullReport(): { report: StorageBlockReportProto; finalized: Map<number, number> } {
    const report = new VolumeReport(this.volume);
    const finalized = new Map<number, number>();
    for (const [id, replica] of this.replicas) {
      const state = settledState(replica);
      if (state === 'TEMPORARY' || this.isGoing(id, replica)) continue;
      report.add(id, replica.text.length, replica.stamp, stateToProto(state));
      if (state === 'FINALIZED') finalized.set(id, replica.stamp);
    }
    return { report: report.proto(), finalized };
  }

  /** What a namenode has said of its role. */
  heard(link: NamenodeLink, { status, term }: Word): void {
    const claims = status.state === HaState.ACTIVE;
    if (this.choice.hear(link, claims, status.txid) === 'taken') link.reportToLeader();
    if (claims) this.newestTerm = Math.max(this.newestTerm, term);
  }

  obey(link: NamenodeLink, command: DatanodeCommandProto, term: number): void {
    if (link !== this.choice.active) return;
    must(
      term >= this.newestTerm,
      'deposed leader',
      () => `${this.uuid} obeys ${link.member.id}, leader of ${term}, after it has heard of ${this.newestTerm}`,
    );
    if (command.cmdType === CommandType.BlockRecoveryCommand) {
      for (const order of command.recoveryCmd?.blocks ?? []) {
        new SimBlockRecovery(this.world, this, order, () => this.choice.active?.member).run();
      }
    } else if (command.cmdType === CommandType.BlockCommand && command.blkCmd !== undefined) {
      this.blockCommand(command.blkCmd);
    }
  }

  receiving(id: number, { stamp, text }: SimReplica): void {
    this.tell(id, stamp, text.length, BlockStatus.RECEIVING);
  }

  received(id: number, { stamp, text }: SimReplica): void {
    this.tell(id, stamp, text.length, BlockStatus.RECEIVED);
  }

  private tell(id: number, stamp: number, lengthBytes: number, status: BlockStatus): void {
    const info = replicaInfo(id, stamp, lengthBytes, status);
    for (const link of this.links) link.note(info);
  }

  private blockCommand({ action, blocks, targets }: BlockCommandProto): void {
    if (action === Action.INVALIDATE) {
      for (const { blockId, genStamp } of blocks) this.deletions.push({ id: blockId, stamp: genStamp });
      if (this.deletions.length === blocks.length) this.deleteNext();
    } else if (action === Action.TRANSFER) {
      for (const [i, { blockId, genStamp, numBytes }] of blocks.entries()) {
        const replica = this.replicas.get(blockId);
        if (replica?.state !== 'FINALIZED' || replica.stamp !== genStamp || replica.text.length < (numBytes ?? 0)) {
          continue;
        }
        for (const { id } of targets[i]?.datanodes ?? []) {
          this.copy({ id: blockId, stamp: genStamp }, replica.text, this.world.datanodeAt(id.ipAddr));
        }
      }
    }
  }

  private isGoing(id: number, { stamp }: SimReplica): boolean {
    return this.deletions.some((order) => order.id === id && order.stamp === stamp);
  }

  /** Deletes what it was told to, one after another. */
  private deleteNext(): void {
    if (this.deletions.length === 0) return;
    const { random } = this;
    this.process!.setTimer(random.below(random.below(SLOW_ONE_IN) === 0 ? SLOW_MS : DELETE_MS), () => {
      const order = this.deletions.shift();
      if (order === undefined) return;
      const replica = this.replicas.get(order.id);
      if (replica !== undefined && replica.stamp === order.stamp) {
        this.world.blockWatch.deleting(this, order.id, replica);
        this.replicas.delete(order.id);
        this.tell(order.id, order.stamp, 0, BlockStatus.DELETED);
      }
      this.deleteNext();
    });
  }

  private copy(block: BlockName, text: string, to: SimDatanode): void {
    this.copies++;
    const takesMs = this.random.below(COPY_MS);
    call<boolean>(
      this.world,
      { place: this.place, process: this.process! },
      to.place,
      COPY_TIMEOUT_MS,
      (back) =>
        to.serve(
          this.place,
          ({ work, process }) => {
            const begun = work.beginCopy(block);
            if (begun) process!.setTimer(takesMs, () => work.endCopy(block, text));
            return begun;
          },
          back,
        ),
      () => {
        this.copies--;
      },
    );
  }
}
