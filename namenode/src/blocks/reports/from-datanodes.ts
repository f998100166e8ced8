import { Failure } from '@rfs/base/failure';
import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { DatanodeManager } from '../datanodes/datanode-manager.js';
import type { ReportLeases } from '../datanodes/report-leases.js';
import { takeDigests } from '../digests/index.js';
import type { Departures } from '../redundancy/departures.js';
import type { Dispatch } from '../redundancy/dispatch.js';
import type { SafeMode } from '../safe-mode.js';
import type {
  DatanodeRegistration,
  FullReport,
  HeartbeatAnswer,
  HeartbeatReport,
  IncrementalEntry,
  ReplicaDigests,
  ReportContext,
  StorageDescription,
} from '../types.js';
import type { FullReports, ReportDone } from './full-reports.js';
import type { ReplicaIntake } from './replica-intake.js';

const REGISTER: HeartbeatAnswer = { commands: [{ kind: 'register' }], fullReportLeaseId: 0, verify: [] };

/** What datanodes say of themselves and their replicas, and what they are told in answer. */
export class FromDatanodes {
  private readonly context: BlockContext;
  private readonly datanodes: DatanodeManager;
  private readonly leases: ReportLeases;
  private readonly departures: Departures;
  private readonly dispatch: Dispatch;
  private readonly reports: FullReports;
  private readonly intake: ReplicaIntake;
  private readonly safeMode: SafeMode;

  constructor(
    context: BlockContext,
    parts: {
      readonly datanodes: DatanodeManager;
      readonly leases: ReportLeases;
      readonly departures: Departures;
      readonly dispatch: Dispatch;
      readonly reports: FullReports;
      readonly intake: ReplicaIntake;
      readonly safeMode: SafeMode;
    },
  ) {
    this.context = context;
    this.datanodes = parts.datanodes;
    this.leases = parts.leases;
    this.departures = parts.departures;
    this.dispatch = parts.dispatch;
    this.reports = parts.reports;
    this.intake = parts.intake;
    this.safeMode = parts.safeMode;
  }

  register(registration: DatanodeRegistration, nowMs: number): Datanode {
    this.context.nowMs = nowMs;
    const revived = this.datanodes.get(registration.uuid)?.alive === false;
    const datanode = this.datanodes.register(registration, nowMs);
    this.leases.release(datanode);
    if (revived) this.departures.revived(datanode);
    return datanode;
  }

  /** `ip` is the socket's. An unknown, dead or moved datanode is told to register, never refused. */
  heartbeat(uuid: string, ip: string, xferPort: number, report: HeartbeatReport, nowMs: number): HeartbeatAnswer {
    this.context.nowMs = nowMs;
    const datanode = this.datanodes.get(uuid);
    if (datanode === undefined || !this.datanodes.isRegistered(uuid, ip, xferPort)) return REGISTER;
    this.datanodes.heartbeat(datanode, report, nowMs);
    const fullReportLeaseId = report.requestFullReportLease ? this.leases.request(datanode, nowMs) : 0;
    const obeys = this.context.leader && !this.safeMode.on && report.withholdOrders !== true;
    return {
      commands: obeys ? this.dispatch.commands(datanode, report.xmitsInProgress) : [],
      fullReportLeaseId,
      verify: obeys && datanode.verifies.length > 0 ? this.dispatch.verifies(datanode) : [],
    };
  }

  /**
   * Queues one RPC's storage reports, to be worked on by `tick`. `done` is called once for each of them. Refuses an
   * unregistered sender (UNREGISTERED: answer with a register command) and a stale lease (INVALID_REPORT_LEASE).
   */
  fullReport(
    uuid: string,
    reports: readonly FullReport[],
    context: ReportContext,
    nowMs: number,
    done: ReportDone,
  ): Failure | undefined {
    this.context.nowMs = nowMs;
    const datanode = this.datanodes.get(uuid);
    if (datanode?.alive !== true) return new Failure('UNREGISTERED', `datanode ${uuid} is not registered`);
    if (!this.leases.check(datanode, context.leaseId, nowMs)) {
      return new Failure('INVALID_REPORT_LEASE', `lease ${context.leaseId} of datanode ${uuid} is not valid`);
    }
    for (const report of reports) {
      this.reports.submit(this.datanodes.updateStorage(datanode, report.storage), report, done);
    }
    if (context.currentRpc + 1 === context.totalRpcs) this.leases.release(datanode);
    return undefined;
  }

  /** Takes in one storage's incremental report at once; refuses an unregistered sender (UNREGISTERED). */
  incrementalReport(
    uuid: string,
    storage: StorageDescription,
    entries: readonly IncrementalEntry[],
    nowMs: number,
  ): Failure | undefined {
    this.context.nowMs = nowMs;
    const datanode = this.datanodes.get(uuid);
    if (datanode?.alive !== true) return new Failure('UNREGISTERED', `datanode ${uuid} is not registered`);
    const target = datanode.storage(storage.id) ?? this.datanodes.updateStorage(datanode, storage);
    for (const entry of entries) {
      const hint = entry.deleteHint === '' ? undefined : this.datanodes.get(entry.deleteHint);
      this.intake.incremental(target, entry, hint);
    }
    return undefined;
  }

  /** Takes in digests that a datanode has had for long; the failure tells of malformed ones. */
  takeDigests(uuid: string, parts: readonly ReplicaDigests[]): Failure | undefined {
    const datanode = this.datanodes.get(uuid);
    let failure: Failure | undefined;
    for (const digests of parts) {
      const storage = datanode?.storage(digests.storageId);
      if (storage !== undefined) failure ??= takeDigests(this.context, storage, digests);
    }
    return failure;
  }
}
