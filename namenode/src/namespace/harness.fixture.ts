import { isFailure } from '@rfs/base/failure';
import type { Store } from '@rfs/base/store';
import { MemoryStore } from '../store/index.js';
import { CommandEncoder, type CommandHeader, type CommandMessage } from './commands.js';
import type { NamespaceEvents } from './events.js';
import { CommandKind } from './index.js';
import { Caller } from './permissions.js';
import { COMMAND_ENTRY, type CommittedEntry, StateMachine, type StateMachineOptions } from './state-machine.js';

/** Users of the tests and the groups they are in. */
export const USERS = {
  root: { groups: ['supergroup'], superuser: true },
  alice: { groups: ['staff', 'users'], superuser: false },
  bob: { groups: ['staff'], superuser: false },
  carol: { groups: ['others'], superuser: false },
} as const;
export type User = keyof typeof USERS;

export function callerOf(user: User): Caller {
  return new Caller(user, USERS[user].groups, USERS[user].superuser);
}

/** A state machine on a memory store, its log, and what it told. */
export class Harness {
  readonly log: CommittedEntry[] = [];
  readonly told: string[] = [];
  store: Store;
  machine: StateMachine;
  timeMs = 1_000_000;
  private readonly encoder = new CommandEncoder();
  private readonly options: StateMachineOptions;

  constructor(options: StateMachineOptions = {}, store: Store = new MemoryStore()) {
    this.options = options;
    this.store = store;
    this.machine = this.open();
  }

  /** A filesystem whose root everybody may write. */
  static made(options: StateMachineOptions = {}, rootMode = 0o777): Harness {
    const harness = new Harness(options);
    harness.run('root', CommandKind.BOOTSTRAP, {
      clusterId: 'CID-1',
      namespaceId: 7,
      blockPoolId: 'BP-1',
      creationTimeMs: 1,
      rootOwner: 'root',
      rootGroup: 'supergroup',
      rootMode,
    });
    harness.run('root', CommandKind.CONFIGURE, { ...harness.machine.limits, minBlockSizeBytes: 10 });
    return harness;
  }

  /** Applies one command by itself. */
  run<K extends CommandKind>(
    user: User,
    kind: K,
    message: CommandMessage<K>,
    header: Partial<CommandHeader> = {},
  ): unknown {
    return this.apply([this.entry(user, kind, message, header)])[0];
  }

  /** The refusal's code, or the reply. */
  outcome<K extends CommandKind>(user: User, kind: K, message: CommandMessage<K>): unknown {
    const reply = this.run(user, kind, message);
    return isFailure(reply) ? reply.code : reply;
  }

  entry<K extends CommandKind>(
    user: User,
    kind: K,
    message: CommandMessage<K>,
    header: Partial<CommandHeader> = {},
  ): CommittedEntry {
    this.timeMs += 10;
    const { groups, superuser } = USERS[user];
    const full = { timeMs: this.timeMs, user, groups: [...groups], superuser, clientMachine: '10.0.0.1', ...header };
    return { index: this.log.length + 1, term: 1, kind: COMMAND_ENTRY, data: this.encoder.encode(kind, full, message) };
  }

  apply(entries: CommittedEntry[]): unknown[] {
    const results: unknown[] = [];
    this.log.push(...entries);
    this.machine.applyBatch(entries, results);
    return results;
  }

  /** Opens the same store again, as after a restart. */
  restart(): void {
    if (this.store instanceof MemoryStore) this.store = this.store.reopen();
    this.machine = this.open();
  }

  /** All rows but the state's numbers, which count every entry. */
  rows(): string[] {
    const rows: string[] = [];
    this.store.range(Uint8Array.of(0), Uint8Array.of(255), (key, value) => {
      if (key[0] !== 1 || key[1] !== 0) rows.push(`${hex(key)}=${hex(value)}`);
      return true;
    });
    return rows;
  }

  private open(): StateMachine {
    return new StateMachine(this.store, recorder(this.told), this.options);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Writes every event down as its name and its arguments. */
function recorder(told: string[]): NamespaceEvents {
  const tell =
    (name: string) =>
    (...facts: unknown[]): void => {
      told.push(
        `${name} ${facts.map((fact) => (Array.isArray(fact) ? `[${fact.map(storageText)}]` : fact)).join(' ')}`,
      );
    };
  return {
    blockAllocated: tell('allocated'),
    blockReopened: tell('reopened'),
    blockRecoveryStarted: tell('recovery'),
    blockCommitted: tell('committed'),
    blockCompleted: tell('completed'),
    blockRemoved: tell('removed'),
    replicationChanged: tell('replication'),
    blockMoved: tell('moved'),
  };
}

function storageText(fact: unknown): string {
  return (fact as { storageId: string }).storageId;
}
