import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { decodeGroupProto, encodeGroupProto, MemberRole } from '../generated/raft.js';
import type { PeerId } from '../raft/index.js';
import type { Member } from './group.js';

/** Who the members of a group are: the context of its membership entries. */
export interface Roster {
  /** Empty in groups founded before memberships said it. */
  readonly clusterId: string;
  /** The highest Raft id given out: ids are never used twice, whatever became of their members. */
  readonly lastId: PeerId;
  readonly members: readonly Member[];
}

export const NO_ROSTER: Roster = { clusterId: '', lastId: 0, members: [] };

/** A roster as the context of a membership entry. */
export function encodeRoster(roster: Roster): Uint8Array {
  const writer = new ByteWriter(256);
  encodeGroupProto(writer, {
    clusterId: roster.clusterId,
    lastId: roster.lastId,
    members: roster.members.map(memberMessage),
  });
  return writer.copy();
}

/** Throws MalformedBytes. An empty context is {@link NO_ROSTER}. */
export function decodeRoster(context: Uint8Array): Roster {
  if (context.length === 0) return NO_ROSTER;
  const { clusterId, lastId, members } = decodeGroupProto(new ByteReader(context), context.length);
  return { clusterId, lastId, members: members.map(memberOf) };
}

/** A member in the words of the wire. */
export function memberMessage({ id, name, role, rpc, http }: Member) {
  return { id, name, role: role === 'journal' ? MemberRole.JOURNAL : MemberRole.NAMENODE, rpc, http };
}

/** A member that came over the wire. Throws MalformedBytes for a role that this version does not know. */
export function memberOf(message: ReturnType<typeof memberMessage>): Member {
  const { id, name, role, rpc, http } = message;
  if (role !== MemberRole.JOURNAL && role !== MemberRole.NAMENODE) {
    throw new MalformedBytes(`member ${id} has the unknown role ${role}`);
  }
  return { id, name, role: role === MemberRole.JOURNAL ? 'journal' : 'namenode', rpc, http };
}
