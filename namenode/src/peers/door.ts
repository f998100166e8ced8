import { MalformedBytes } from '@rfs/base/bytes';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import { failure } from '@rfs/protocol/exceptions';
import type { ProtocolTable, RpcCall } from '@rfs/protocol/rpc';
import type { DescribeGroupResponseProto } from '../generated/raft.js';
import { encodeMembership, type Message } from '../raft/index.js';
import { type GroupView, memberMessage, memberOf, type Replicator } from '../replication/index.js';
import { messageOf } from './codec.js';
import type { PeerLinks } from './links.js';
import { groupProtocol, peerProtocol } from './protocol.js';
import type { Steward } from './steward.js';

/** What stands behind the members' doors. */
export interface GroupDoor {
  readonly replicator: Replicator;
  readonly group: GroupView;
  readonly links: PeerLinks;
  readonly steward: Steward;
  readonly clusterId: () => string;
  /** How much of another member's state has come, of 1; undefined while none is fetched. */
  readonly fetched?: () => number | undefined;
  /** Goes on for a user who may change the group. */
  readonly superuser: (user: string, granted: () => void, refused: (refusal: Failure) => void) => void;
  readonly log: Logger;
}

const NOTHING = {};

/** The protocols of the group: Raft's messages, joining, and the operators' calls. */
export function addGroupProtocols(table: ProtocolTable, door: GroupDoor): void {
  const { replicator, steward } = door;
  table.add(peerProtocol, {
    greet: (call, { clusterId, from, to }) => {
      const refusal = stranger(door, clusterId, to);
      if (refusal !== undefined) {
        // A node that joins is called by the members before it has heard that it is one.
        if (refusal.code !== 'RetriableException')
          door.log.warn('refused a member of another group', { clusterId, from, to, address: call.clientAddress });
        call.fail(refusal);
        return;
      }
      door.links.heardOf(from);
      call.reply(NOTHING);
    },
    deliver: (call, request) => {
      const messages: Message[] = [];
      try {
        for (const message of request.messages) messages.push(messageOf(message));
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        call.fail(failure('IOException', error.message));
        return;
      }
      const { from, durable, groupHolds, silent } = request;
      replicator.retention.hear(from, { durable: durable as LogIndex, groupHolds: groupHolds as LogIndex | undefined });
      replicator.receiveAll(messages);
      if (silent === true) call.end();
      else call.reply(NOTHING);
    },
  });
  table.add(groupProtocol, {
    describe: (call) => call.reply(describe(door)),
    join: (call, { member }) => {
      const elsewhere = leaderElsewhere(door);
      if (isFailure(elsewhere)) call.fail(elsewhere);
      else if (elsewhere !== '') call.reply({ leaderRpc: elsewhere, id: 0, membership: undefined });
      else
        steward.join(memberOf(member), (result) => {
          if (isFailure(result)) call.fail(result);
          else call.reply({ leaderRpc: undefined, id: result.id, membership: encodeMembership(result.membership) });
        });
    },
    remove: (call, { member }) => operate(door, call, (done) => steward.remove(member, done)),
    transfer: (call, { member }) => operate(door, call, (done) => steward.transfer(member, done)),
  });
}

/** An operator's order, which only the leader carries out. */
function operate(
  door: GroupDoor,
  call: RpcCall<{ leaderRpc?: string | undefined }>,
  order: (done: (refusal: Failure | undefined) => void) => void,
): void {
  const refuse = (refusal: Failure): void => call.fail(refusal);
  const go = (): void => {
    const elsewhere = leaderElsewhere(door);
    if (isFailure(elsewhere)) refuse(elsewhere);
    else if (elsewhere !== '') call.reply({ leaderRpc: elsewhere });
    else order((refusal) => (refusal === undefined ? call.reply({ leaderRpc: undefined }) : refuse(refusal)));
  };
  door.superuser(call.user, go, refuse);
}

function stranger({ group, clusterId }: GroupDoor, foreign: string, to: number): Failure | undefined {
  const own = clusterId();
  if (own === '') return failure('RetriableException', 'This node belongs to no group yet');
  if (foreign !== own) {
    return failure('AccessControlException', `A member of cluster ${foreign} came to one of cluster ${own}`);
  }
  if (to !== group.self) return failure('AccessControlException', `Member ${to} is not here, this is ${group.self}`);
  return undefined;
}

/** Where the leader is: an empty text for here, a failure when nobody knows. */
function leaderElsewhere({ group }: GroupDoor): string | Failure {
  if (group.leading) return '';
  const { leader } = group;
  if (leader === undefined || leader.id === group.self) return failure('RetriableException', 'Nobody leads the group');
  return leader.rpc;
}

function describe({ replicator, group, clusterId, fetched }: GroupDoor): DescribeGroupResponseProto {
  const share = fetched?.();
  const voters = replicator.membership?.voters ?? [];
  return {
    clusterId: clusterId(),
    self: group.self,
    leader: replicator.leader,
    term: replicator.term,
    firstIndex: replicator.firstIndex,
    lastIndex: replicator.lastIndex,
    committedIndex: replicator.committedIndex,
    appliedIndex: replicator.appliedIndex,
    members: group.members.map((member) => {
      const progress = replicator.progressOf(member.id);
      return {
        member: memberMessage(member),
        voter: voters.includes(member.id),
        matchIndex: progress?.match,
        inTouch: progress?.inTouch,
      };
    }),
    leading: group.leading,
    fetchedPercent: share === undefined ? undefined : Math.floor(share * 100),
  };
}
