import { Failure, FailureError } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { Clock, Random } from '@rfs/base/seams';
import type {
  DatanodeCommandProto,
  DatanodeRegistrationProto,
  HeartbeatResponseProto,
  LocatedBlockProto,
  ReceivedDeletedBlockInfoProto,
  StorageBlockReportProto,
} from '@rfs/protocol/messages';
import { callAsync, type MessageOf, protocols, type RpcCaller } from '@rfs/protocol/rpc';
import type { Volume } from '../store/index.js';
import { Alarm } from './alarm.js';
import { DigestFeed } from './digest-feed.js';
import { fullReport } from './full-report.js';
import { type DatanodeLoad, heartbeatRequest, type LostFolder } from './heartbeat.js';
import { IncrementalReports, incrementalProto } from './incremental.js';
import type { PoolService } from './pool-service.js';

/** A namenode that does not answer is tried again this soon, as it may just be starting ... */
const PAUSE_MS = 75;
/** ... and after it has been away for so long less often. */
const SHORT_OUTAGE_MS = 5000;
const LONG_PAUSE_MS = 1000;

export interface ActorTimes {
  readonly heartbeatMs: number;
  readonly fullReportMs: number;
  /** The first full report comes this much later, at random. */
  readonly fullReportDelayMs: number;
  /** Incremental reports are collected for so long. */
  readonly incrementalMs: number;
  /** With more replicas than this each volume's report is a message of its own. */
  readonly splitThreshold: number;
}

export interface ActorOptions {
  /** host:port, for people. */
  readonly name: string;
  readonly caller: RpcCaller;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly times: ActorTimes;
  readonly load: () => DatanodeLoad;
  readonly lostFolders: readonly LostFolder[];
  readonly nextTurn: (action: () => void) => void;
}

type DatanodeMethods = typeof protocols.datanode.methods;
type ResponseOf<Name extends keyof DatanodeMethods> = MessageOf<DatanodeMethods[Name]['response']>;

/** The namenode could not be asked, or its answer is lost. */
class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/**
 * Serves one namenode (BPServiceActor): handshake, registration, heartbeats, reports. Tries for ever, first at short
 * intervals, so that a datanode started before its namenode is there as soon as that is.
 */
export class NamenodeActor {
  readonly name: string;
  private readonly options: ActorOptions;
  private readonly service: PoolService;
  private readonly alarm: Alarm;
  private readonly reports = new IncrementalReports();
  private readonly badBlocks: LocatedBlockProto[] = [];
  private readonly digests: DigestFeed;
  /** It is an rfs namenode, which compares digests. */
  private comparesDigests = false;
  private registration: DatanodeRegistrationProto | null = null;
  private registered = false;
  private heartbeatDueMs = 0;
  private fullReportDueMs = 0;
  private incrementalDueMs = 0;
  private leaseId = 0n;
  /** Since when the namenode has not answered; null while it does. */
  private outageMs: number | null = null;
  private toldOfLeaving = false;
  private closed = false;
  private running: Promise<void> = Promise.resolve();

  constructor(service: PoolService, options: ActorOptions) {
    this.service = service;
    this.options = options;
    this.name = options.name;
    this.alarm = new Alarm(options.clock);
    this.digests = new DigestFeed(() => service.store);
  }

  get caller(): RpcCaller {
    return this.options.caller;
  }

  get isRegistered(): boolean {
    return this.registered;
  }

  /** The namenode has heard that this datanode leaves and of all its replicas; or it cannot be told. */
  get knowsOfLeaving(): boolean {
    return !this.registered || this.outageMs !== null || (this.toldOfLeaving && this.reports.isEmpty);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.closed = true;
    this.alarm.ring();
    await this.running;
    await this.digests.stop();
  }

  /** Something has happened to a replica: the namenode hears of it as soon as possible. */
  noteReplica(volume: Volume, info: ReceivedDeletedBlockInfoProto): void {
    this.reports.add(volume, info);
    this.alarm.ring();
  }

  /** A digest was taken of a replica that the namenode knows. */
  noteDigest(volume: Volume, info: ReceivedDeletedBlockInfoProto): void {
    if (this.comparesDigests) this.noteReplica(volume, info);
  }

  noteBadBlock(block: LocatedBlockProto): void {
    this.badBlocks.push(block);
    this.alarm.ring();
  }

  /** The next heartbeat is due now. */
  beatSoon(): void {
    this.heartbeatDueMs = 0;
    this.alarm.ring();
  }

  /** The next full report is due now. */
  reportSoon(): void {
    this.fullReportDueMs = 0;
    this.beatSoon();
  }

  /**
   * The namenode leads now: what the leader before had deleted it only knows once it has a full report of its own time
   * (DatanodeDescriptor.markStaleAfterFailover, where that waits for the next regular one).
   */
  reportToLeader(): void {
    const { clock } = this.options;
    this.fullReportDueMs = Math.min(this.fullReportDueMs, clock.monotonicMs() + this.reportDelayMs());
  }

  /** The namenode does not know this datanode any more. */
  registerAgain(): void {
    this.registered = false;
    this.alarm.ring();
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      try {
        if (!this.registered) await this.register();
        await this.step();
        this.outageMs = null;
      } catch (error) {
        if (this.closed) return;
        await this.alarm.sleep(this.noteFailure(error as Error));
        this.heartbeatDueMs = 0;
      }
    }
  }

  /** Does what is due, or sleeps until something is. */
  private async step(): Promise<void> {
    const nowMs = this.options.clock.monotonicMs();
    const mustTell = this.service.isLeaving && !this.toldOfLeaving;
    if (nowMs >= this.heartbeatDueMs || mustTell) await this.heartbeat(nowMs);
    if (!this.registered || this.closed) return;
    if (this.badBlocks.length > 0) await this.reportBad();
    if (!this.reports.isEmpty && nowMs >= this.incrementalDueMs) await this.incremental();
    if (this.leaseId !== 0n && nowMs >= this.fullReportDueMs) await this.full();
    const { clock } = this.options;
    let wakeMs = this.heartbeatDueMs;
    if (!this.reports.isEmpty) wakeMs = Math.min(wakeMs, this.incrementalDueMs);
    await this.alarm.sleep(wakeMs - clock.monotonicMs());
  }

  private async register(): Promise<void> {
    const { info } = await this.call('versionRequest', {});
    const registration = await this.service.accept(this, info);
    this.comparesDigests = info.rfsDigests === true;
    await this.call('registerDatanode', { registration });
    this.registration = registration;
    this.registered = true;
    this.leaseId = 0n;
    this.heartbeatDueMs = 0;
    this.fullReportDueMs = this.options.clock.monotonicMs() + this.reportDelayMs();
    this.options.log.info('registered with a namenode', { namenode: this.name });
  }

  /** Datanodes that see the same do not all report at once. */
  private reportDelayMs(): number {
    const { times, random } = this.options;
    return random.below(times.fullReportDelayMs + 1);
  }

  private async heartbeat(nowMs: number): Promise<void> {
    const { load, lostFolders, times } = this.options;
    const volumes = await this.service.refreshedVolumes();
    const wantsLease = this.leaseId === 0n && nowMs >= this.fullReportDueMs;
    const digests = this.digests.next;
    const leaving = this.service.isLeaving;
    const request = heartbeatRequest(this.registration!, volumes, lostFolders, load(), wantsLease, digests, leaving);
    const response: HeartbeatResponseProto = await this.call('sendHeartbeat', request);
    this.toldOfLeaving = leaving;
    this.heartbeatDueMs = nowMs + times.heartbeatMs;
    this.leaseId = response.fullBlockReportLeaseId ?? 0n;
    this.service.noteClaim(this, response.haStatus);
    this.obey(response.cmds);
    this.service.verify(this, response.rfsVerify);
    this.digests.sent(digests);
  }

  private async incremental(): Promise<void> {
    const taken = this.reports.take();
    this.incrementalDueMs = this.options.clock.monotonicMs() + this.options.times.incrementalMs;
    try {
      await this.call('blockReceivedAndDeleted', {
        registration: this.registration!,
        blockPoolId: this.service.poolId,
        blocks: incrementalProto(taken),
      });
    } catch (error) {
      this.reports.putBack(taken);
      throw error;
    }
  }

  private async full(): Promise<void> {
    const { clock, random, times, nextTurn, log } = this.options;
    const startedMs = clock.monotonicMs();
    // What has happened before the report goes before it; what happens while it is gathered goes after it.
    if (!this.reports.isEmpty) await this.incremental();
    const store = this.service.store!;
    const reports = await fullReport(store, this.service.isGoing, () => new Promise(nextTurn));
    const leaseId = this.leaseId;
    this.leaseId = 0n;
    const id = BigInt(random.uint32()) * 0x100000n + BigInt(random.below(0x100000)) + 1n;
    const messages = store.finalizedCount < times.splitThreshold ? [reports] : reports.map((report) => [report]);
    for (const [curRpc, message] of messages.entries()) {
      const context = { totalRpcs: messages.length, curRpc, id, leaseId };
      const { cmd } = await this.call('blockReport', this.reportRequest(message, context));
      if (cmd !== undefined) this.obey([cmd]);
    }
    this.fullReportDueMs = startedMs + times.fullReportMs;
    if (this.comparesDigests) this.digests.begin();
    log.info('sent a full block report', {
      namenode: this.name,
      replicas: store.finalizedCount,
      tookMs: Math.round(clock.monotonicMs() - startedMs),
    });
  }

  private reportRequest(
    reports: StorageBlockReportProto[],
    context: { totalRpcs: number; curRpc: number; id: bigint; leaseId: bigint },
  ) {
    return { registration: this.registration!, blockPoolId: this.service.poolId, reports, context };
  }

  private async reportBad(): Promise<void> {
    const blocks = this.badBlocks.splice(0);
    try {
      await this.call('reportBadBlocks', { blocks });
    } catch (error) {
      if (error instanceof Unreachable) {
        this.badBlocks.unshift(...blocks);
        throw error;
      }
      // A namenode in standby will not hear of it; the active one does.
      this.options.log.debug('a report of bad blocks was refused', { namenode: this.name, error });
    }
  }

  private obey(commands: readonly DatanodeCommandProto[]): void {
    for (const command of commands) this.service.obey(this, command);
  }

  /** Throws Unreachable when the namenode could not be asked, and FailureError with what it refused. */
  private async call<Name extends keyof DatanodeMethods & string>(
    name: Name,
    request: MessageOf<DatanodeMethods[Name]['request']>,
  ): Promise<ResponseOf<Name>> {
    const answer = await callAsync(this.options.caller, protocols.datanode, name, request);
    if (!(answer instanceof Failure)) return answer as ResponseOf<Name>;
    if (
      answer.code === 'ConnectException' ||
      answer.code === 'EOFException' ||
      answer.code === 'SocketTimeoutException'
    ) {
      throw new Unreachable(answer.message);
    }
    throw new FailureError(answer);
  }

  /** How long to wait before the next attempt. */
  private noteFailure(error: Error): number {
    const nowMs = this.options.clock.monotonicMs();
    const facts = { namenode: this.name, error };
    if (error instanceof FailureError) {
      this.options.log.warn('a namenode refused', facts);
      // Whatever it has against us, a new registration and report tell it all there is.
      this.registered = false;
      this.fullReportDueMs = 0;
    } else if (this.outageMs === null) this.options.log.warn('a namenode cannot be reached', facts);
    this.outageMs ??= nowMs;
    return nowMs - this.outageMs < SHORT_OUTAGE_MS ? PAUSE_MS : LONG_PAUSE_MS;
  }
}
