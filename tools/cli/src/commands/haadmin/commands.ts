import { FailureError } from '@rfs/base/failure';
import { systemClock } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import { HAServiceStateProto as State } from '@rfs/protocol/messages';
import type { Terminal } from '../../terminal/index.js';
import { type GroupAdmin, type GroupDescription, pause } from './connection.js';
import { readStatus, statusText } from './status.js';

/** One command of `rfs haadmin`. */
export interface Subcommand {
  readonly usage: string;
  readonly help: string;
  /** How many words may follow its name, options apart. */
  readonly words: readonly [fewest: number, most: number];
  readonly options?: readonly string[];
  /** The exit code. Throws FailureError. */
  run(words: readonly string[], admin: GroupAdmin, terminal: Terminal, json: boolean): Promise<number>;
}

const BY_USER = { reqInfo: { reqSource: 0 as const } };
/** How long a node that was started may take until it votes. */
const VOTE_MS = 10 * 60_000;
const LOOK_MS = 200;

const STATES: Readonly<Record<number, string>> = {
  [State.INITIALIZING]: 'initializing',
  [State.ACTIVE]: 'active',
  [State.STANDBY]: 'standby',
  [State.OBSERVER]: 'observer',
};

/** Hadoop's commands (HAAdmin, DFSHAAdmin), then rfs's own. */
export const COMMANDS: Readonly<Record<string, Subcommand>> = {
  '-transitionToActive': {
    usage: '[--forceactive] <serviceId>',
    help: 'Transitions the service into Active state',
    words: [1, 1],
    options: ['forceactive', 'forcemanual'],
    run: ([id = ''], admin) => transition(admin, id, 'transitionToActive'),
  },
  '-transitionToStandby': {
    usage: '<serviceId>',
    help: 'Transitions the service into Standby state: another namenode becomes active',
    words: [1, 1],
    options: ['forcemanual'],
    run: ([id = ''], admin) => transition(admin, id, 'transitionToStandby'),
  },
  '-transitionToObserver': {
    usage: '<serviceId>',
    help: 'Refused: every namenode that is not active serves reads as an observer does',
    words: [1, 1],
    options: ['forcemanual'],
    run: ([id = ''], admin) => transition(admin, id, 'transitionToObserver'),
  },
  '-failover': {
    usage: '[--forcefence] [--forceactive] <serviceId> <serviceId>',
    help: 'Failover from the first service to the second.',
    words: [2, 2],
    options: ['forcefence', 'forceactive', 'forcemanual'],
    run: async ([from = '', to = ''], admin, terminal) => {
      await admin.addressOf(from);
      await transition(admin, to, 'transitionToActive');
      terminal.out(`Failover from ${from} to ${to} successful\n`);
      return 0;
    },
  },
  '-getServiceState': {
    usage: '<serviceId>',
    help: 'Returns the state of the service',
    words: [1, 1],
    run: async ([id = ''], admin, terminal, json) => {
      const state = await stateOf(admin, await admin.addressOf(id));
      terminal.out(json ? `${JSON.stringify({ id, state })}\n` : `${state}\n`);
      return 0;
    },
  },
  '-getAllServiceState': {
    usage: '',
    help: 'Returns the state of all the services',
    words: [0, 0],
    run: async (_words, admin, terminal, json) => {
      const found: { id: string; rpc: string; state: string }[] = [];
      for (const { id, rpc } of admin.services) {
        const state = await stateOf(admin, rpc).catch((error) => {
          if (!(error instanceof FailureError)) throw error;
          return `Failed to connect: ${error.failure.message}`;
        });
        found.push({ id, rpc, state });
      }
      if (json) terminal.out(`${JSON.stringify(found)}\n`);
      else for (const { rpc, state } of found) terminal.out(`${rpc.padEnd(50)} ${state.padEnd(10)}\n`);
      return 0;
    },
  },
  '-checkHealth': {
    usage: '<serviceId>',
    help: 'Requests that the service perform a health check.',
    words: [1, 1],
    run: async ([id = ''], admin) => {
      await admin.ha(await admin.addressOf(id), 'monitorHealth', {});
      return 0;
    },
  },
  '-status': {
    usage: '[--json]',
    help: 'Shows every member: state, vote, term, indexes and lag',
    words: [0, 0],
    run: async (_words, admin, terminal, json) => {
      const status = await readStatus(admin);
      terminal.out(json ? `${JSON.stringify(status)}\n` : statusText(status));
      return 0;
    },
  },
  '-transfer': {
    usage: '[<member>]',
    help: 'Hands leadership to a namenode, by default the most advanced one',
    words: [0, 1],
    run: async ([member = ''], admin, terminal) => {
      await admin.order('transfer', member);
      const { members, leader } = await admin.describe();
      const name = members.find((each) => each.member.id === leader)?.member.name ?? member;
      terminal.out(`${name} leads\n`);
      return 0;
    },
  },
  '-add': {
    usage: '<member>',
    help: 'Waits until a node that was started with an empty folder, by name or host:port, has joined and votes',
    words: [1, 1],
    run: async ([member = ''], admin, terminal) => {
      await votes(admin, member);
      terminal.out(`${member} votes\n`);
      return 0;
    },
  },
  '-remove': {
    usage: '<member>',
    help: 'Lets a namenode or journal node go, by name or Raft id; the leader hands over first. It does not come back by itself',
    words: [1, 1],
    run: async ([member = ''], admin, terminal) => {
      await letGo(admin, member);
      terminal.out(`${member} is no member any more\n`);
      return 0;
    },
  },
  '-replace': {
    usage: '<old member> <new member>',
    help: 'Waits until the new member, started with an empty folder, votes; then lets the old one go',
    words: [2, 2],
    run: async ([old = '', next = ''], admin, terminal) => {
      await votes(admin, next);
      await letGo(admin, old);
      terminal.out(`${next} has taken the place of ${old}\n`);
      return 0;
    },
  },
};

async function transition(
  admin: GroupAdmin,
  id: string,
  method: 'transitionToActive' | 'transitionToStandby' | 'transitionToObserver',
): Promise<number> {
  await admin.ha(await admin.addressOf(id), method, BY_USER);
  return 0;
}

async function stateOf(admin: GroupAdmin, rpc: string): Promise<string> {
  const { state } = await admin.ha(rpc, 'getServiceStatus', {});
  return STATES[state] ?? String(state);
}

async function letGo(admin: GroupAdmin, name: string): Promise<void> {
  const group = await admin.describe();
  if (named(group, name)?.member.id === group.leader) await admin.order('transfer', '');
  await admin.order('remove', name);
}

function named({ members }: GroupDescription, name: string): GroupDescription['members'][number] | undefined {
  return members.find(({ member }) => [member.name, member.rpc, String(member.id)].includes(name));
}

async function votes(admin: GroupAdmin, name: string): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + VOTE_MS;
  for (;;) {
    const found = named(await admin.describe(), name);
    if (found?.voter === true) return;
    if (systemClock.monotonicMs() > deadlineMs) {
      const message = found === undefined ? `${name} has not joined the group` : `${name} has not caught up`;
      throw new FailureError(failure('SocketTimeoutException', message));
    }
    await pause(LOOK_MS);
  }
}
