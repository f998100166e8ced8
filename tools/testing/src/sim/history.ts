import { COMMAND_ENTRY, CommandKind } from '@rfs/namenode/namespace';
import { answerOf, decodeChange, type LoggedChange, outcomeOf } from './commands.js';
import { must } from './failure.js';
import { ModelFiles } from './model.js';
import { type ModelBlocks, REFUSED } from './model-blocks.js';
import { isStatusOf, type NodeStatus, namesOf, statusOf, statusText } from './model-files.js';
import { PATHS } from './workload.js';

/** The parts of a log entry that replicas must agree in. */
interface Entry {
  readonly index: number;
  readonly term: number;
  readonly kind: number;
  readonly data: Uint8Array;
}

/** What a path was from an index on. */
interface Versions {
  readonly names: readonly string[];
  readonly indexes: number[];
  readonly texts: string[];
  status: NodeStatus | undefined;
}

/** Calls of one client that are remembered: more than any repetition can reach back. */
const REMEMBERED_CALLS = 200;
/** Kinds whose success is remembered for repeated calls (@AtMostOnce in ClientProtocol). */
const AT_MOST_ONCE: readonly number[] = [
  CommandKind.CREATE,
  CommandKind.APPEND,
  CommandKind.RENAME,
  CommandKind.DELETE,
  CommandKind.UPDATE_PIPELINE,
];

/**
 * What really happened: the one log that all replicas apply, and the model beside it. As the log gives all changes
 * their order, a history of changes and reads is linearizable exactly when each read, given the earliest index at which
 * the log shows what it saw, can be put after everything that had ended before it began (a special case of Wing and
 * Gong's search in which nothing has to be tried twice).
 */
export class History {
  private readonly model = new ModelFiles();
  private readonly entries: { term: number; hash: number; kind: number }[] = [];
  private readonly answers: string[] = [];
  private readonly rows: number[] = [];
  private readonly versions = new Map<string, Versions>();
  private readonly calls = new Map<number, Map<number, { index: number; answer: string }[]>>();
  /** Everything up to here has been seen by somebody who was served linearizably. */
  private floor = 0;

  constructor() {
    for (const path of PATHS) {
      this.versions.set(path, { names: namesOf(path), indexes: [0], texts: ['absent'], status: undefined });
    }
  }

  /** The newest index that anybody has applied. */
  get lastIndex(): number {
    return this.entries.length;
  }

  /** Linearizable operations that begin now must see everything up to here. */
  get linearFloor(): number {
    return this.floor;
  }

  /** `member` has applied an entry; `rowsHash` is its store's afterwards, undefined when more was applied with it. */
  applied(member: number, entry: Entry, result: unknown, rowsHash: number | undefined): void {
    const { index, term } = entry;
    const hash = hashOf(entry);
    if (index === this.entries.length + 1) this.first(entry, hash, result);
    const known = this.entries[index - 1];
    must(known !== undefined, 'gap', () => `${member} applies entry ${index} after ${this.entries.length}`);
    const same = known.term === term && known.hash === hash;
    must(same, 'state machine safety', () => `${member} applies another entry ${index} (term ${term}, ${known.term})`);
    const told = this.answers[index - 1]!;
    const answer = known.kind === 0 ? '' : answerOf(known.kind, result);
    must(told === answer, 'replicas', () => `${member} answers entry ${index} with ${answer}, another with ${told}`);
    if (rowsHash === undefined) return;
    const rows = this.rows[index];
    if (rows === undefined) this.rows[index] = rowsHash;
    else must(rows === rowsHash, 'state hash', () => `${member} has another state after entry ${index}`);
  }

  /** What the model thinks of blocks. */
  get blocks(): ModelBlocks {
    return this.model.blocks;
  }

  /** `member` goes on with another's state of `index`. */
  adopted(member: number, index: number, rowsHash: number): void {
    const rows = this.rows[index];
    if (rows === undefined) this.rows[index] = rowsHash;
    else must(rows === rowsHash, 'state hash', () => `${member} has got another state of entry ${index}`);
  }

  /** A client was answered `answer`; its call had begun when the linear floor was `began`. The index of its effect. */
  changeAnswered(client: number, callId: number, answer: string, began: number): number {
    const times = this.calls.get(client)?.get(callId) ?? [];
    const found = times.find((time) => time.answer === answer && time.index > began);
    const what = (): string => `client ${client} was told "${answer}" for call ${callId}, begun at ${began}`;
    must(found !== undefined, 'acknowledged change', () => `${what()}; the log has ${JSON.stringify(times)}`);
    this.floor = Math.max(this.floor, found.index);
    return found.index;
  }

  /** A call that had been answered was repeated, and answered `answer` this time. */
  repeatAnswered(client: number, callId: number, first: string, answer: string): void {
    must(
      first === answer,
      'retry cache',
      () => `call ${callId} of client ${client}: first "${first}", then "${answer}"`,
    );
  }

  /** A linearizable read has ended; the index that it stands at. */
  linearRead(path: string, seen: string, began: number): number {
    const at = this.firstWith(path, seen, began, this.lastIndex);
    must(at !== undefined, 'linearizability', () => this.staleText('linearizable', path, seen, began, this.lastIndex));
    this.floor = Math.max(this.floor, at);
    return at;
  }

  /** A coordinated read of a client that had seen `session` has ended, with a state id. The index that it stands at. */
  coordinatedRead(path: string, seen: string, session: number, stateId: number): number {
    const at = this.firstWith(path, seen, session, stateId);
    must(at !== undefined, 'coordinated read', () => this.staleText('coordinated', path, seen, session, stateId));
    return at;
  }

  private staleText(what: string, path: string, seen: string, from: number, to: number): string {
    const { indexes, texts } = this.versions.get(path)!;
    const lately = indexes.slice(-4).map((index, i) => `${index}: ${texts.slice(-4)[i]}`);
    return `a ${what} read of ${path} at ${from} to ${to} saw "${seen}"; it was ${lately.join(', ')}`;
  }

  /** The earliest index from `from` to `to` at which the path was as `seen`. */
  private firstWith(path: string, seen: string, from: number, to: number): number | undefined {
    const { indexes, texts } = this.versions.get(path)!;
    let at = indexes.length - 1;
    while (at > 0 && indexes[at]! > from) at--;
    for (; at < indexes.length && indexes[at]! <= Math.max(from, to); at++) {
      if (texts[at] === seen) return Math.max(from, indexes[at]!);
    }
    return undefined;
  }

  /** Somebody has applied the entry before all others. */
  private first({ index, term, kind: entryKind, data }: Entry, hash: number, result: unknown): void {
    const isCommand = entryKind === COMMAND_ENTRY;
    const change = isCommand ? decodeChange(data) : undefined;
    const kind = change?.command.kind ?? 0;
    const answer = isCommand ? answerOf(kind, result) : '';
    this.entries.push({ term, hash, kind });
    this.answers.push(answer);
    if (change !== undefined) this.predict(index, change, outcomeOf(kind, result), answer);
  }

  private predict(index: number, { command, client, callId }: LoggedChange, outcome: string, answer: string): void {
    const { kind, header, message } = command;
    this.model.advance(header.timeMs);
    if (client >= 0) {
      const times = this.timesOf(client, callId);
      const kept = times.find((time) => isKept(kind, time.answer));
      times.push({ index, answer });
      if (kept !== undefined) {
        const what = (): string => `call ${callId} of client ${client}: first "${kept.answer}", then "${answer}"`;
        must(kept.answer === answer, 'retry cache', what);
        return;
      }
    }
    const predicted = this.model.apply(command);
    must(
      predicted === outcome,
      'model',
      () => `entry ${index}, ${kind} ${JSON.stringify(message)}: ${answer}, not ${predicted}`,
    );
    if (predicted === REFUSED) return;
    for (const versions of this.versions.values()) {
      const node = this.model.find(versions.names);
      const { status } = versions;
      if (node === undefined ? status === undefined : status !== undefined && isStatusOf(status, node)) continue;
      versions.status = node && statusOf(node);
      versions.indexes.push(index);
      versions.texts.push(statusText(versions.status));
    }
  }

  private timesOf(client: number, callId: number): { index: number; answer: string }[] {
    let calls = this.calls.get(client);
    if (calls === undefined) {
      calls = new Map();
      this.calls.set(client, calls);
    }
    let times = calls.get(callId);
    if (times === undefined) {
      times = [];
      calls.set(callId, times);
      calls.delete(callId - REMEMBERED_CALLS);
    }
    return times;
  }
}

function isKept(kind: number, answer: string): boolean {
  return AT_MOST_ONCE.includes(kind) && answer !== 'false' && !answer.startsWith(REFUSED);
}

function hashOf({ kind, data }: Entry): number {
  let hash = 0x811c9dc5 ^ kind;
  for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return hash ^ data.length;
}
