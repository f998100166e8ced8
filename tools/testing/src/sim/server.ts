import { ByteReader, ByteWriter, type Codec } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import type { BlockId } from '@rfs/base/ids';
import type { BlockManager } from '@rfs/namenode/blocks';
import type { StateMachine } from '@rfs/namenode/namespace';
import { GroupView, type Replicator } from '@rfs/namenode/replication';
import { Admission, Callers, MetaFiles, type PassedOn, Services } from '@rfs/namenode/service';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { protocols } from '@rfs/protocol/rpc';
import type { CallContext, ClientMethod, ReplySink } from '@rfs/protocol/service';
import { GroupMapping } from '@rfs/protocol/users';
import type { Asked } from './calls.js';
import type { World } from './cluster.js';
import { callerAddress, clientIdOf } from './commands.js';
import type { SimMember } from './member.js';
import { type PassedCall, SimPassage } from './passage.js';
import type { SimProcess } from './process.js';
import { SERVICE } from './settings.js';
import type { SimDatanode } from './storage/index.js';

/** A client's call on its way. */
export interface Call extends Asked {
  readonly client: number;
  /** Distinguishes the tries of one call. */
  readonly attempt: number;
  readonly callId: number;
  /** What a coordinated read must not be older than; NO_STATE_ID for a linearizable one. */
  readonly stateId: number;
}

/** The answer; undefined when the client is to try again elsewhere. */
export interface Reply {
  readonly attempt: number;
  readonly answer: unknown;
  readonly stateId: number;
}

const USER = 'sim';
/** Refusals after which a client tries another namenode. */
const ELSEWHERE: readonly string[] = ['StandbyException', 'ObserverRetryOnActiveException', 'RetriableException'];

/** A namenode's services, which are the product's, behind simulated doors. */
export class SimServer {
  readonly name: string;
  readonly services: Services;
  readonly passage: SimPassage;
  readonly blocks: BlockManager;
  readonly admission: Admission;
  private readonly world: World;
  private readonly member: SimMember;
  private readonly replicator: Replicator;
  private readonly machine: StateMachine;
  /** The terms in which datanodes sent full reports. */
  private readonly reportedIn = new Map<string, number>();

  constructor(
    world: World,
    member: SimMember,
    process: SimProcess,
    replicator: Replicator,
    machine: StateMachine,
    blocks: BlockManager,
    nextTurn: (action: () => void) => void,
  ) {
    this.world = world;
    this.member = member;
    this.replicator = replicator;
    this.machine = machine;
    this.blocks = blocks;
    this.name = `n${member.place}`;
    this.passage = new SimPassage(world, member, process);
    const groups = new GroupMapping(`${USER}=supergroup`, (_user, done) => done([]), process, 1000);
    this.admission = new Admission(blocks, process, async () => failure('IOException', 'there are no lists'));
    world.leaving.read(this);
    world.leaving.watch(member, this);
    const group = new GroupView(replicator);
    this.services = new Services({
      machine,
      blocks,
      group,
      log: replicator,
      clock: process,
      nextTurn,
      config: SERVICE,
      limits: machine.limits,
      callers: new Callers(groups, { owner: USER, supergroup: 'supergroup', permissionsEnabled: false }),
      admission: this.admission,
      metaFiles: new MetaFiles(member.disk, '/logs'),
      passage: this.passage,
      tellLeader: () => {},
      handsOver: () => replicator.room.isFull && group.members.length > 1,
    });
  }

  /** A datanode's full report has been worked in. */
  reported({ id }: SimDatanode): void {
    this.reportedIn.set(id.datanodeUuid, this.term);
  }

  /** The datanode has sent a full report in this term: what else is known of it may be an earlier leader's work. */
  hasReportOf({ id }: SimDatanode): boolean {
    return this.reportedIn.get(id.datanodeUuid) === this.term;
  }

  /** The term that this namenode knows. */
  get term(): number {
    return this.replicator.term;
  }

  /** All that the log has is applied here. */
  get isCurrent(): boolean {
    return this.machine.appliedIndex === this.world.history.lastIndex;
  }

  /**
   * True when the block map has a replica there, or cannot: it is being filled with blocks, or the datanode is taken for
   * dead.
   */
  knows(id: number, node: SimDatanode): boolean {
    const { datanodeUuid } = node.id;
    if (this.blocks.datanodes.get(datanodeUuid)?.alive !== true) return true;
    const found = this.blocks.inspect(id as BlockId);
    if (found === undefined) return true;
    return found.replicas.some(({ storage, corrupt }) => !corrupt && storage.datanode.uuid === datanodeUuid);
  }

  /** Where the block map has good replicas. */
  placesOf(id: number): string[] {
    const found = this.blocks.inspect(id as BlockId)?.replicas ?? [];
    return found.filter(({ good }) => good).map(({ storage }) => storage.datanode.uuid);
  }

  /** A client's call arrives. */
  handle(call: Call): void {
    const { world, member, machine } = this;
    const arrived = world.sabotage.stateIdOnArrival === true ? machine.appliedIndex : undefined;
    const reply = (answer: unknown, stateId: number): void =>
      world.reply(member, call.client, { attempt: call.attempt, answer, stateId: arrived ?? stateId });
    const { method, request } = call;
    const codec = codecOf(method);
    const sink: ReplySink<unknown> = {
      reply: (response, stateId) => reply(response, stateId ?? machine.appliedIndex),
      replyBytes: (response, stateId) => reply(codec.decode(new ByteReader(response), response.length), stateId),
      fail: (refusal, stateId) =>
        reply(ELSEWHERE.includes(refusal.code) ? undefined : refusal, stateId ?? machine.appliedIndex),
    };
    this.services.router.admit(method, request, contextOf(call), sink);
  }

  /** Another namenode passes a call on. */
  passedOn({ method, request, context }: PassedCall, done: PassedOn): void {
    const { machine } = this;
    const codec = codecOf(method);
    const sink: ReplySink<unknown> = {
      reply: (response, stateId) => {
        const writer = new ByteWriter(256);
        codec.encode(writer, response);
        done(writer.copy(), stateId ?? machine.appliedIndex);
      },
      replyBytes: (response, stateId) => done(response, stateId),
      fail: (refusal: Failure, stateId) => done(refusal as HdfsFailure, stateId ?? machine.appliedIndex),
    };
    this.services.router.admit(method, request, context, sink, true);
  }
}

function codecOf(method: ClientMethod): Codec<unknown> {
  return protocols.client.methods[method].response as Codec<unknown>;
}

function contextOf({ client, callId, attempt, stateId }: Call): CallContext {
  return {
    user: USER,
    realUser: undefined,
    clientId: clientIdOf(client),
    callId,
    retryCount: attempt,
    clientAddress: callerAddress(client, callId),
    callerContext: undefined,
    stateId,
  };
}
