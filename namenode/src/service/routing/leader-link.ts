import { ByteWriter, type Codec } from '@rfs/base/bytes';
import { isFailure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { type ClientIdentity, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
import { NO_STATE_ID } from '@rfs/protocol/service';
import type { ForwardedAnswerProto } from '../../generated/forward.js';
import type { Group, Member } from '../../replication/index.js';
import { forwardProtocol } from './protocol.js';
import type { RoutedCall } from './routed-call.js';
import type { Passage, PassedOn } from './router.js';

const CONNECT_TIMEOUT_MS = 2000;
/** A call may wait for replicas, or scan a large tree; when the leader changes, its calls end before this. */
const CALL_TIMEOUT_MS = 60_000;
/** The leader is looked for all the time while calls are held, so the pause between attempts is short. */
const BACKOFF = { firstMs: 20, maxMs: 200 };

export interface LeaderLinkParts {
  readonly group: Pick<Group, 'self'>;
  readonly clock: Clock;
  /** Of this namenode as a client of others. */
  readonly identity: ClientIdentity;
  /** The user that runs this namenode. */
  readonly user: string;
  /** Empty until the filesystem is known, and then nothing is sent. */
  readonly clusterId: () => string;
}

/** One connection to the leader, which all calls that are passed on share. */
export class LeaderLink implements Passage {
  inFlight = 0;
  private readonly parts: LeaderLinkParts;
  private readonly writer = new ByteWriter(1024);
  private client: ReconnectingRpcClient | null = null;
  private address = '';
  private closed = false;

  constructor(parts: LeaderLinkParts) {
    this.parts = parts;
  }

  forward(leader: Member, call: RoutedCall, done: PassedOn): void {
    const clusterId = this.parts.clusterId();
    const client = this.clientOf(leader);
    if (client === null || clusterId === '') {
      done(failure('ConnectException', 'There is no way to the active namenode'), NO_STATE_ID);
      return;
    }
    const { writer } = this;
    const { user, realUser, clientId, callId, retryCount, clientAddress, callerContext, stateId } = call.context;
    writer.reset();
    (protocols.client.methods[call.method].request as Codec<unknown>).encode(writer, call.request);
    // A connection that has yet to be made keeps the message until it stands.
    const request = client.connected ? writer.written() : writer.copy();
    this.inFlight++;
    client.call(
      forwardProtocol,
      'forward',
      {
        clusterId,
        member: this.parts.group.self,
        method: call.method,
        request,
        user,
        realUser,
        clientId,
        callId,
        retryCount,
        clientAddress,
        callerContext,
        stateId: stateId < 0 ? undefined : stateId,
      },
      (answer: ForwardedAnswerProto | HdfsFailure, seen) => {
        this.inFlight--;
        done(isFailure(answer) ? answer : answer.response, seen);
      },
    );
  }

  /** Tells the leader of files that were read here; nobody waits for that. */
  touchAccessTimes(leader: Member, inodeIds: number[]): void {
    const clusterId = this.parts.clusterId();
    const client = this.clientOf(leader);
    if (client === null || clusterId === '') return;
    const message = { clusterId, member: this.parts.group.self, inodeIds };
    client.call(forwardProtocol, 'touchAccessTimes', message, () => undefined);
  }

  turnTo(leader: Member | undefined): void {
    if (this.client !== null && leader?.rpc !== this.address) this.drop();
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  private drop(): void {
    const { client } = this;
    this.client = null;
    this.address = '';
    client?.close();
  }

  private clientOf(leader: Member): ReconnectingRpcClient | null {
    if (this.client !== null && leader.rpc === this.address) return this.client;
    this.drop();
    if (this.closed) return null;
    const colon = leader.rpc.lastIndexOf(':');
    const { user, identity, clock } = this.parts;
    this.address = leader.rpc;
    this.client = new ReconnectingRpcClient(
      {
        host: leader.rpc.slice(0, colon),
        port: Number(leader.rpc.slice(colon + 1)),
        user,
        protocol: forwardProtocol,
        identity,
        clock,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        callTimeoutMs: CALL_TIMEOUT_MS,
      },
      BACKOFF,
    );
    return this.client;
  }
}
