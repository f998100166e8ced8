import { FailureError } from '@rfs/base/failure';
import type { GroupAdmin, GroupDescription } from './connection.js';

/** A member of the group, as it and its leader describe it. */
export interface MemberStatus {
  /** Raft id. */
  readonly id: number;
  readonly name: string;
  readonly role: 'namenode' | 'journal';
  readonly state: 'active' | 'observer' | 'journal' | 'unreachable';
  readonly votes: boolean;
  readonly rpc: string;
  readonly http: string;
  /** Undefined for a member that does not answer. */
  readonly term: number | undefined;
  readonly firstIndex: number | undefined;
  readonly lastIndex: number | undefined;
  readonly committedIndex: number | undefined;
  readonly appliedIndex: number | undefined;
  /** Entries that the leader has and this member has not made durable, as far as the leader knows. */
  readonly lag: number | undefined;
  /** How much of another member's state has come, in percent; undefined while none is fetched. */
  readonly fetchedPercent: number | undefined;
}

export interface GroupStatus {
  readonly clusterId: string;
  /** Name of the leader; undefined for nobody. */
  readonly leader: string | undefined;
  readonly term: number;
  readonly members: readonly MemberStatus[];
}

const ROLE_JOURNAL = 2;

/** Asks the leader, and then every member for itself. Throws FailureError when nobody answers. */
export async function readStatus(admin: GroupAdmin): Promise<GroupStatus> {
  const group = await admin.describe();
  const members = await Promise.all(
    group.members.map(async (listed): Promise<MemberStatus> => {
      const { member } = listed;
      const own = await describeOne(admin, member.rpc, member.id);
      const role = member.role === ROLE_JOURNAL ? 'journal' : 'namenode';
      const matched = listed.matchIndex;
      return {
        id: member.id,
        name: member.name,
        role,
        state: own === undefined ? 'unreachable' : role === 'journal' ? role : own.leading ? 'active' : 'observer',
        votes: listed.voter,
        rpc: member.rpc,
        http: member.http,
        term: own?.term,
        firstIndex: own?.firstIndex,
        lastIndex: own?.lastIndex,
        committedIndex: own?.committedIndex,
        appliedIndex: own?.appliedIndex,
        lag: matched === undefined ? undefined : Math.max(0, group.lastIndex - matched),
        fetchedPercent: own?.fetchedPercent,
      };
    }),
  );
  const leader = group.members.find(({ member }) => member.id === group.leader)?.member.name;
  return { clusterId: group.clusterId, leader, term: group.term, members };
}

/** A table for people. */
export function statusText({ clusterId, leader, term, members }: GroupStatus): string {
  const head = ['ID', 'NAME', 'STATE', 'VOTES', 'TERM', 'FIRST', 'LAST', 'COMMITTED', 'APPLIED', 'LAG', 'RPC'];
  const rows = members.map((each) =>
    [
      each.id,
      each.name,
      stateText(each),
      each.votes ? 'yes' : 'no',
      each.term,
      each.firstIndex,
      each.lastIndex,
      each.committedIndex,
      each.appliedIndex,
      each.lag,
      each.rpc,
    ].map((cell) => String(cell ?? '-')),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const title = `Cluster ${clusterId}, term ${term}, leader ${leader ?? 'nobody'}`;
  return `${[title, '', line(head), ...rows.map(line)].join('\n')}\n`;
}

function stateText({ state, fetchedPercent }: MemberStatus): string {
  return fetchedPercent === undefined ? state : `${state}, fetching snapshot ${fetchedPercent}%`;
}

/** What a member says of itself. Who lost its disk answers at the same address, and is not that member any more. */
async function describeOne(admin: GroupAdmin, rpc: string, id: number): Promise<GroupDescription | undefined> {
  try {
    const own = await admin.group(rpc, 'describe', {});
    return own.self === id ? own : undefined;
  } catch (error) {
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}
