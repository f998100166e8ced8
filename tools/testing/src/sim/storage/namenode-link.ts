import { Failure, isFailure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Random, Timer } from '@rfs/base/seams';
import { IncrementalReports, incrementalProto } from '@rfs/datanode/reports';
import { failure } from '@rfs/protocol/exceptions';
import type {
  DatanodeCommandProto,
  DatanodeRegistrationProto,
  HeartbeatResponseProto,
  NamespaceInfoProto,
  NNHAStatusHeartbeatProto,
  ReceivedDeletedBlockInfoProto,
} from '@rfs/protocol/messages';
import {
  ReceivedDeletedBlockInfoProto_BlockStatus as BlockStatus,
  DatanodeCommandProto_Type as CommandType,
} from '@rfs/protocol/messages';
import type { World } from '../cluster.js';
import type { SimMember } from '../member.js';
import type { SimProcess } from '../process.js';
import type { SimServer } from '../server.js';
import { HEARTBEAT_MS } from '../settings.js';
import { call } from './rpc.js';
import type { SimDatanode } from './sim-datanode.js';

const TIMEOUT_MS = 3000;
/** A namenode that does not answer is tried again after this long. */
const PAUSE_MS = 500;
/** The first full report comes after at most this long, the others after this long to twice as long. */
const FIRST_REPORT_MS = 1000;
const FULL_REPORT_MS = 30_000;

/** What a namenode has said about its role, and the term it leads in. */
export interface Word {
  readonly status: NNHAStatusHeartbeatProto;
  readonly term: number;
}

/** Serves one namenode as the real NamenodeActor does, which lives on promises: one call after another. */
export class NamenodeLink {
  readonly member: SimMember;
  private readonly world: World;
  private readonly datanode: SimDatanode;
  private readonly process: SimProcess;
  private readonly random: Random;
  private readonly reports = new IncrementalReports();
  private registration: DatanodeRegistrationProto | undefined;
  private registered = false;
  private busy = false;
  private heartbeatDueMs = 0;
  private fullReportDueMs = 0;
  private leaseId = 0n;
  private timer: Timer | undefined;
  /** The server that it is registered with, and what that has been told of finalized replicas: stamps by block. */
  private hearer: SimServer | undefined;
  private readonly told = new Map<number, number>();

  constructor(world: World, datanode: SimDatanode, process: SimProcess, member: SimMember, random: Random) {
    this.world = world;
    this.datanode = datanode;
    this.process = process;
    this.member = member;
    this.random = random;
  }

  /** Something has happened to a replica. */
  note(info: ReceivedDeletedBlockInfoProto): void {
    this.reports.add(this.datanode.volume, info);
    this.told.delete(info.block.blockId);
    this.wake();
  }

  /** True when the namenode's program, since it has known this datanode, was told of that finalized replica. */
  hasTold(server: SimServer, id: number, stamp: number): boolean {
    return this.registered && this.hearer === server && this.told.get(id) === stamp;
  }

  /** The namenode leads now, and asks what there is. */
  reportToLeader(): void {
    const dueMs = this.process.monotonicMs() + this.random.below(FIRST_REPORT_MS);
    this.fullReportDueMs = Math.min(this.fullReportDueMs, dueMs);
  }

  /** Does the next thing that is due. */
  wake(): void {
    if (this.busy) return;
    const nowMs = this.process.monotonicMs();
    if (!this.registered) this.introduce();
    else if (nowMs >= this.heartbeatDueMs) this.heartbeat(nowMs);
    else if (!this.reports.isEmpty) this.incremental();
    else if (this.leaseId !== 0n && nowMs >= this.fullReportDueMs) this.full(nowMs);
    else this.sleep(this.heartbeatDueMs - nowMs);
  }

  private sleep(delayMs: number): void {
    this.timer?.cancel();
    this.timer = this.process.setTimer(delayMs, () => {
      this.busy = false;
      this.wake();
    });
  }

  private introduce(): void {
    this.ask<NamespaceInfoProto>(
      (server, back) => back(server.services.datanodes.versionRequest()),
      (info) => {
        const registration = this.datanode.registrationFor(info);
        this.ask<SimServer>(
          (server, back) => {
            const accepted = server.services.datanodes.register(registration, this.datanode.ip);
            back(isFailure(accepted) ? accepted : server);
          },
          (server) => {
            this.hearer = server;
            this.told.clear();
            this.registration = registration;
            this.registered = true;
            this.leaseId = 0n;
            this.heartbeatDueMs = 0;
            this.fullReportDueMs = this.process.monotonicMs() + this.random.below(FIRST_REPORT_MS);
          },
        );
      },
    );
  }

  private heartbeat(nowMs: number): void {
    const request = this.datanode.heartbeatRequest(
      this.registration!,
      this.leaseId === 0n && nowMs >= this.fullReportDueMs,
    );
    this.ask<{ response: HeartbeatResponseProto; term: number }>(
      (server, back) => {
        const response = server.services.datanodes.heartbeat(request, this.datanode.ip);
        if (!isFailure(response)) this.world.blockWatch.ordered(server, this.datanode, response.cmds);
        back(isFailure(response) ? response : { response, term: server.term });
      },
      ({ response, term }) => {
        this.heartbeatDueMs = nowMs + HEARTBEAT_MS;
        this.leaseId = response.fullBlockReportLeaseId ?? 0n;
        this.datanode.heard(this, { status: response.haStatus, term });
        this.obey(response.cmds, term);
      },
    );
  }

  private incremental(): void {
    const taken = this.reports.take();
    const blocks = incrementalProto(taken);
    this.ask(
      (server, back) => {
        const registration = this.registration!;
        back(server.services.datanodes.incrementalReport({ registration, blockPoolId: '', blocks }) ?? true);
      },
      () => {
        for (const { blocks: infos } of blocks) for (const info of infos) this.noteTold(info);
      },
      () => this.reports.putBack(taken),
    );
  }

  private full(nowMs: number): void {
    const { leaseId, random } = this;
    this.leaseId = 0n;
    const { report, finalized } = this.datanode.fullReport();
    const context = { totalRpcs: 1, curRpc: 0, id: BigInt(1 + random.below(1 << 30)), leaseId };
    const request = { registration: this.registration!, blockPoolId: '', reports: [report], context };
    this.ask<{ cmd?: DatanodeCommandProto | undefined; term: number }>(
      (server, back) =>
        server.services.datanodes.blockReport(request, {
          reply: ({ cmd }) => {
            server.reported(this.datanode);
            back({ cmd, term: server.term });
          },
          fail: (refused) => back(refused),
        }),
      ({ cmd, term }) => {
        this.fullReportDueMs = nowMs + FULL_REPORT_MS + random.below(FULL_REPORT_MS);
        this.told.clear();
        // What has changed since the report was gathered is still to be told.
        for (const [id, stamp] of finalized) if (this.datanode.holds(id, stamp)) this.told.set(id, stamp);
        if (cmd !== undefined) this.obey([cmd], term);
      },
    );
  }

  private noteTold({ block, status }: ReceivedDeletedBlockInfoProto): void {
    if (status === BlockStatus.RECEIVED && this.datanode.holds(block.blockId, block.genStamp)) {
      this.told.set(block.blockId, block.genStamp);
    } else this.told.delete(block.blockId);
  }

  private obey(commands: readonly DatanodeCommandProto[], term: number): void {
    for (const command of commands) {
      if (command.cmdType === CommandType.RegisterCommand) this.registered = false;
      else this.datanode.obey(this, command, term);
    }
  }

  /** Asks the namenode; what it refuses ends in a new registration. */
  private ask<T>(
    work: (server: SimServer, back: (result: T | Failure) => void) => void,
    done: (result: T) => void,
    failed: () => void = () => {},
  ): void {
    this.busy = true;
    this.timer?.cancel();
    const { world, member, process } = this;
    call<T | Failure>(
      world,
      { place: this.datanode.place, process },
      member.place,
      TIMEOUT_MS,
      (back) => {
        const { running } = member;
        if (running?.server === undefined) back(failure('ConnectException', 'nobody is there'));
        else running.process.hear(this.datanode.place, () => work(running.server!, back));
      },
      (result) => {
        const refused = result instanceof Failure ? result : undefined;
        if (result !== undefined && refused === undefined) {
          this.busy = false;
          done(result as T);
          this.wake();
          return;
        }
        failed();
        this.heartbeatDueMs = 0;
        if (refused !== undefined && refused.code !== 'ConnectException') {
          this.registered = false;
          this.fullReportDueMs = 0;
        }
        this.sleep(PAUSE_MS);
      },
    );
  }
}

/** What an incremental report says of a replica. */
export function replicaInfo(
  id: number,
  stamp: number,
  lengthBytes: number,
  status: ReceivedDeletedBlockInfoProto['status'],
): ReceivedDeletedBlockInfoProto {
  return { block: { blockId: id as BlockId, genStamp: stamp as GenerationStamp, numBytes: lengthBytes }, status };
}
