import { ByteWriter, type Codec } from '@rfs/base/bytes';
import { SimulatedDisk } from '@rfs/base/disk';
import type { Failure } from '@rfs/base/failure';
import type { GenerationStamp, LogIndex } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { protocols } from '@rfs/protocol/rpc';
import {
  type CallContext,
  type ClientMethod,
  NO_STATE_ID,
  type ReplySink,
  type RequestOf,
  type ResponseOf,
} from '@rfs/protocol/service';
import { GroupMapping } from '@rfs/protocol/users';
import { BlockManager, DEFAULT_BLOCK_MANAGER_CONFIG } from '../../blocks/index.js';
import type { ForwardedAnswerProto } from '../../generated/forward.js';
import {
  COMMAND_ENTRY,
  CommandEncoder,
  CommandKind,
  type CommittedEntry,
  StateMachine,
} from '../../namespace/index.js';
import type { Group, Member, ProposalSink, ReadSink } from '../../replication/index.js';
import { MemoryStore } from '../../store/index.js';
import { Admission } from '../admission.js';
import { Callers } from '../callers.js';
import { HostSet } from '../hosts.js';
import type { LeaseTable } from '../leases.js';
import { MetaFiles } from '../meta-save/index.js';
import type { NamenodeService } from '../namenode-service.js';
import { Services } from '../services.js';
import { ForwardedCalls } from './forwarded-calls.js';
import type { RoutedCall } from './routed-call.js';
import type { Passage, PassedOn, Router } from './router.js';

/** What a client hears. */
export interface Heard<Response> {
  response?: Response;
  stateId?: number | undefined;
  refusal?: Failure;
}

const PURGE = 42;
const REFUSED: HdfsFailure = failure('StandbyException', 'no leader');
const CLIENT_ID = new Uint8Array(16).fill(7);

const settings = {
  blockSizeBytes: 1 << 20,
  bytesPerChecksum: 512,
  checksumType: 'CRC32C' as const,
  writePacketBytes: 65536,
  replication: 1,
  fileBufferBytes: 4096,
  trashIntervalMinutes: 0,
  listingLimit: 100,
  batchedListingLimit: 100,
  corruptFilesLimit: 100,
  leases: { softMs: 60_000, hardMs: 1_200_000 },
  leaseRecheckMs: 2000,
  completeWaitMs: 300,
  purgeEntries: PURGE,
  routing: { observerWaitMs: 100, heldCallMs: 5000, maxWaiting: 100 },
};

/** Namenodes with all their services on one log, whose leader, reach and lag a test decides. Time is virtual. */
export class TestGroup {
  readonly clock = new VirtualClock();
  readonly nodes: TestNode[] = [];
  /** The committed log. */
  readonly log: CommittedEntry[] = [];
  /** Proposed and not committed. */
  proposed: { data: Uint8Array; sink: ProposalSink }[] = [];
  leader: TestNode | undefined;
  /** Proposals are committed and applied by all that do not lag, at once. */
  flows = true;

  /** @param starting the node that is in its startup safe mode, for want of datanodes */
  constructor(starting = 0) {
    for (let id = 1; id <= 3; id++) this.nodes.push(new TestNode(this, id, id === starting));
    const first = this.node(1);
    this.elect(first);
    const header = { timeMs: this.clock.nowMs(), user: 'root', groups: [], superuser: true, callId: -1 };
    const bootstrap = new CommandEncoder().encode(CommandKind.BOOTSTRAP, header, {
      clusterId: 'CID-1',
      namespaceId: 7,
      blockPoolId: 'BP-1',
      creationTimeMs: 1,
      rootOwner: 'root',
      rootGroup: 'supergroup',
      rootMode: 0o777,
    });
    first.propose(bootstrap, { applied: () => undefined, refused: () => undefined });
  }

  node(id: number): TestNode {
    return this.nodes[id - 1]!;
  }

  /** `node` leads: it has all entries, and the others know of it. */
  elect(node: TestNode): void {
    this.loseLeader();
    this.append(new Uint8Array(0), 2);
    this.leader = node;
    node.servesFrom = this.log.length;
    node.catchUp(true);
    for (const each of this.nodes) each.hears(node);
  }

  /** Nobody leads any more; what was proposed and not committed is refused, though it may be committed yet. */
  loseLeader(commitRest = false): void {
    const rest = this.proposed;
    this.proposed = [];
    this.leader = undefined;
    for (const node of this.nodes) node.hears(undefined);
    if (commitRest) for (const { data } of rest) this.append(data);
    for (const { sink } of rest) sink.refused(REFUSED);
  }

  /** Commits what is proposed, and lets everybody apply it who does not lag. */
  commit(): void {
    const rest = this.proposed;
    this.proposed = [];
    for (const { data, sink } of rest) this.leader!.sinks.set(this.append(data), sink);
    for (const node of this.nodes) node.catchUp();
  }

  private append(data: Uint8Array, kind: number = COMMAND_ENTRY): number {
    const index = this.log.length + 1;
    this.log.push({ index, term: 1, kind, data });
    return index;
  }
}

/** One namenode of a {@link TestGroup}. */
export class TestNode implements Group, Passage {
  readonly self: number;
  readonly cluster: TestGroup;
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly service: NamenodeService;
  readonly router: Router;
  readonly leases: LeaseTable;
  readonly forwarded: ForwardedCalls;
  readonly sinks = new Map<number, ProposalSink>();
  /** Applies nothing while this is true. */
  lags = false;
  hasLease = true;
  isMember = true;
  /** The index of its term's first entry. */
  servesFrom = 0;
  /** What comes here is lost, and so are answers. */
  deaf = false;
  /** Files that it was told were read elsewhere. */
  readonly touched: number[][] = [];
  inFlight = 0;
  leader: Member | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly readers: { index: number; sink: ReadSink }[] = [];
  private readonly underWay = new Map<PassedOn, number>();
  private readonly services: Services;

  constructor(cluster: TestGroup, self: number, starts: boolean) {
    const { clock } = cluster;
    this.cluster = cluster;
    this.self = self;
    this.blocks = new BlockManager({ ...DEFAULT_BLOCK_MANAGER_CONFIG, safeModeMinDatanodes: 1 }, seededRandom(self));
    this.blocks.endRebuild(0 as GenerationStamp);
    if (!starts) this.blocks.setManualSafeMode(false);
    this.machine = new StateMachine(new MemoryStore(), this.blocks.events);
    const { machine, blocks } = this;
    const groups = new GroupMapping('root=supergroup;alice=staff', (_user, done) => done([]), clock, 1e6);
    this.services = new Services({
      machine,
      blocks,
      group: this,
      log: this,
      clock,
      nextTurn: (action) => action(),
      config: settings,
      limits: machine.limits,
      callers: new Callers(groups, { owner: 'root', supergroup: 'supergroup', permissionsEnabled: true }),
      admission: new Admission(
        blocks,
        clock,
        async () => ({ included: new HostSet([]), excluded: new HostSet([]) }) as never,
      ),
      metaFiles: new MetaFiles(new SimulatedDisk(), '/logs'),
      passage: this,
      tellLeader: (ids) => this.touchLeader(ids),
      handsOver: () => false,
    });
    const { accessTimes, parts, service, router } = this.services;
    this.service = service;
    this.router = router;
    this.leases = parts.leases;
    const notes = {
      note: (ids: readonly number[]): void => {
        this.touched.push([...ids]);
        accessTimes.note(ids);
      },
    };
    this.forwarded = new ForwardedCalls(this, router, notes, () => machine.identity?.clusterId ?? '');
    this.services.begin(() => undefined);
  }

  get member(): Member {
    return { id: this.self, name: `nn${this.self}`, role: 'namenode', rpc: `nn${this.self}:8020`, http: '' };
  }

  get members(): readonly Member[] {
    return this.cluster.nodes.filter((node) => node.isMember).map((node) => node.member);
  }

  get leading(): boolean {
    return this.leader?.id === this.self && this.machine.appliedIndex >= this.servesFrom;
  }

  leased(): boolean {
    return this.leading && this.hasLease;
  }

  get current(): boolean {
    return this.leased() && this.machine.appliedIndex === this.cluster.log.length;
  }

  readIndex(sink: ReadSink): void {
    if (this.leader === undefined || this.cluster.leader?.self !== this.leader.id) {
      sink.refused(REFUSED);
      return;
    }
    this.readers.push({ index: this.cluster.log.length, sink });
    this.tellReaders();
  }

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  propose(data: Uint8Array, sink: ProposalSink): void {
    if (!this.leading) {
      sink.refused(REFUSED);
      return;
    }
    this.cluster.proposed.push({ data, sink });
    if (this.cluster.flows) this.cluster.commit();
  }

  hears(leader: TestNode | undefined): void {
    this.leader = leader?.member;
    for (const listener of [...this.listeners]) listener();
  }

  /** Applies what is committed. */
  catchUp(anyway = false): void {
    if (this.lags && !anyway) return;
    const entries = this.cluster.log.slice(this.machine.appliedIndex);
    if (entries.length === 0) return;
    const results: unknown[] = entries.map(() => undefined);
    this.machine.applyBatch(entries, results);
    this.services.applied();
    this.tellReaders();
    for (const [i, { index }] of entries.entries()) {
      const sink = this.sinks.get(index);
      this.sinks.delete(index);
      sink?.applied(results[i], index as LogIndex);
    }
  }

  forward(leader: Member, call: RoutedCall, done: PassedOn): void {
    const target = this.cluster.node(leader.id);
    this.inFlight++;
    const once: PassedOn = (answer, stateId) => {
      if (!this.underWay.delete(once)) return;
      this.inFlight--;
      done(answer, stateId);
    };
    this.underWay.set(once, leader.id);
    const writer = new ByteWriter(64);
    (protocols.client.methods[call.method].request as Codec<unknown>).encode(writer, call.request);
    const { stateId } = call.context;
    const message = {
      ...call.context,
      clusterId: this.machine.identity?.clusterId ?? '',
      member: this.self,
      method: call.method,
      request: writer.copy(),
      stateId: stateId < 0 ? undefined : stateId,
    };
    const answers: ReplySink<ForwardedAnswerProto> = {
      reply: ({ response }, seen) => {
        if (!target.deaf) once(new Uint8Array(response), seen ?? target.machine.appliedIndex);
      },
      fail: (refusal) => {
        if (!target.deaf) once(refusal as HdfsFailure, target.machine.appliedIndex);
      },
    };
    target.forwarded.forward(message, answers);
  }

  turnTo(leader: Member | undefined): void {
    for (const [done, id] of [...this.underWay]) {
      if (id !== leader?.id) done(failure('EOFException', 'another leads'), NO_STATE_ID);
    }
  }

  close(): void {
    for (const done of [...this.underWay.keys()]) done(failure('EOFException', 'closed'), NO_STATE_ID);
  }

  /** Calls a method as a client of this namenode. */
  call<M extends ClientMethod>(
    method: M,
    request: RequestOf<M>,
    context: Partial<CallContext> = {},
  ): Heard<ResponseOf<M>> {
    const heard: Heard<ResponseOf<M>> = {};
    const whole: CallContext = {
      user: 'alice',
      realUser: undefined,
      clientId: CLIENT_ID,
      callId: 1,
      retryCount: 0,
      clientAddress: '10.0.0.9',
      callerContext: undefined,
      stateId: NO_STATE_ID,
      ...context,
    };
    this.service.call(method, request, whole, {
      reply: (response, stateId) => {
        heard.response = response;
        heard.stateId = stateId ?? this.machine.appliedIndex;
      },
      fail: (refusal, stateId) => {
        heard.refusal = refusal;
        heard.stateId = stateId ?? this.machine.appliedIndex;
      },
    });
    return heard;
  }

  private touchLeader(inodeIds: number[]): void {
    if (this.leader === undefined) return;
    const clusterId = this.machine.identity?.clusterId ?? '';
    this.cluster.node(this.leader.id).forwarded.touchAccessTimes({ clusterId, member: this.self, inodeIds });
  }

  private tellReaders(): void {
    const { appliedIndex } = this.machine;
    const ready = this.readers.filter(({ index }) => index <= appliedIndex);
    for (const reader of ready) this.readers.splice(this.readers.indexOf(reader), 1);
    for (const { sink } of ready) sink.readable(appliedIndex as LogIndex);
  }
}
