import { ByteReader, ByteWriter, type Codec, MalformedBytes } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { protocols } from '@rfs/protocol/rpc';
import { type ClientMethod, NO_STATE_ID, type ReplySink } from '@rfs/protocol/service';
import type { ForwardedAccessesProto, ForwardedAnswerProto, ForwardedCallProto } from '../../generated/forward.js';
import type { Group } from '../../replication/index.js';
import type { Router } from './router.js';

/** The code of the refusal of calls that a namenode passes on which is no member of the group (any more). */
export const NO_MEMBER = 'UnregisteredNodeException';

/** Where read files are noted whose access time is due. */
export interface AccessNotes {
  note(inodeIds: readonly number[]): void;
}

/** The leader's side: calls that other namenodes of the group pass on. */
export class ForwardedCalls {
  private readonly group: Pick<Group, 'members'>;
  private readonly router: Router;
  private readonly accesses: AccessNotes;
  private readonly clusterId: () => string;
  private readonly writer = new ByteWriter(1024);

  constructor(group: Pick<Group, 'members'>, router: Router, accesses: AccessNotes, clusterId: () => string) {
    this.group = group;
    this.router = router;
    this.accesses = accesses;
    this.clusterId = clusterId;
  }

  /** Carries the call out as if its client had come here. */
  forward(forwarded: ForwardedCallProto, sink: ReplySink<ForwardedAnswerProto>): void {
    const stranger = this.refusalOf(forwarded);
    if (stranger !== undefined) {
      sink.fail(stranger);
      return;
    }
    const { methods } = protocols.client;
    if (!Object.hasOwn(methods, forwarded.method)) {
      sink.fail(failure('RpcNoSuchMethodException', `Unknown method ${forwarded.method} passed on by a namenode`));
      return;
    }
    const method = forwarded.method as ClientMethod;
    const codec = methods[method];
    let request: unknown;
    try {
      request = codec.request.decode(new ByteReader(forwarded.request), forwarded.request.length);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      sink.fail(failure('IOException', `A request of ${method} passed on by a namenode: ${error.message}`));
      return;
    }
    const { user, realUser, clientId, callId, retryCount, clientAddress, callerContext } = forwarded;
    const stateId = forwarded.stateId ?? NO_STATE_ID;
    const context = { user, realUser, clientId, callId, retryCount, clientAddress, callerContext, stateId };
    const answers = new AnswerInBytes(sink, codec.response as Codec<unknown>, this.writer);
    this.router.admit(method, request, context, answers, true);
  }

  touchAccessTimes(message: ForwardedAccessesProto): Failure | undefined {
    const stranger = this.refusalOf(message);
    if (stranger === undefined) this.accesses.note(message.inodeIds);
    return stranger;
  }

  /**
   * Only members are believed who the caller is. A connection says no more about itself than a client's does, so this
   * is as strong as HDFS's simple authentication, and keeps members of another cluster out. One that was removed, and
   * may not know it yet, is told apart: its clients are to go elsewhere.
   */
  private refusalOf({ clusterId, member }: { clusterId: string; member: number }): Failure | undefined {
    if (clusterId !== this.clusterId()) {
      return failure(
        'AccessControlException',
        `A namenode of cluster ${clusterId} passes a call on to another cluster`,
      );
    }
    if (this.group.members.some(({ id }) => id === member)) return undefined;
    return failure(NO_MEMBER, `Member ${member} of cluster ${clusterId} is no member of this group`);
  }
}

/** Gives an answer back in the bytes of its message, with the state id that it was read from. */
class AnswerInBytes implements ReplySink<unknown> {
  private readonly sink: ReplySink<ForwardedAnswerProto>;
  private readonly codec: Codec<unknown>;
  private readonly writer: ByteWriter;

  constructor(sink: ReplySink<ForwardedAnswerProto>, codec: Codec<unknown>, writer: ByteWriter) {
    this.sink = sink;
    this.codec = codec;
    this.writer = writer;
  }

  /** The door encodes the answer before it returns, so that one writer serves all. */
  reply(response: unknown, stateId?: number): void {
    this.writer.reset();
    this.codec.encode(this.writer, response);
    this.sink.reply({ response: this.writer.written() }, stateId);
  }

  replyBytes(response: Uint8Array, stateId: number): void {
    this.sink.reply({ response }, stateId);
  }

  fail(refusal: Failure): void {
    this.sink.fail(refusal);
  }
}
