import assert from 'node:assert/strict';
import type { LogIndex } from '@rfs/base/ids';
import type { LogEntry, Message } from './index.js';
import { TestNetwork } from './network.fixture.js';

/** One step of a scenario: a command, and what it answered when it was recorded. */
export interface Step {
  /** Comment and empty lines above the command, kept as they are. */
  readonly before: string;
  readonly command: string;
  readonly recorded: string;
}

const ANSWER = '----';

/** Steps are a command line, a line of dashes and the answer, ended by an empty line; `#` begins a comment. */
export function parseScenario(text: string): Step[] {
  const lines = text.split('\n');
  const steps: Step[] = [];
  let before = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === '' || line.startsWith('#')) {
      before += `${line}\n`;
      continue;
    }
    if (lines[at + 1] === ANSWER) at++;
    const recorded: string[] = [];
    if (lines[at] === ANSWER) while (at + 1 < lines.length && lines[at + 1] !== '') recorded.push(lines[++at]!);
    steps.push({ before, command: line, recorded: recorded.join('\n') });
    before = '';
  }
  return steps;
}

/** The text of steps with new answers. */
export function formatScenario(steps: readonly Step[], answers: readonly string[]): string {
  const parts = steps.map(({ before, command }, i) => `${before}${command}\n${ANSWER}\n${answers[i]}\n`);
  return `${parts.join('').trimEnd()}\n`;
}

/** A group that commands act upon; each answers with the messages that were sent meanwhile, and what it was asked for. */
export class Scenario {
  private network = new TestNetwork([1]);
  private readonly cut = new Set<string>();
  /** Messages of this type from this member are lost. */
  private muted = { peer: 0, type: '' };
  /** Entries at or above this index reach nobody who could take them. */
  private withheld = Number.POSITIVE_INFINITY;
  private sent: string[] = [];

  run(command: string): string {
    this.sent = [];
    const words = command.split(/\s+/);
    const quietly = words[0] === 'quietly';
    if (quietly) words.shift();
    const told = this.carryOut(words);
    const lines = quietly ? told : [...this.sent, ...told];
    return lines.length === 0 ? 'ok' : lines.join('\n');
  }

  private carryOut([verb, ...words]: string[]): string[] {
    const { network } = this;
    const peer = Number(words[0]);
    switch (verb) {
      case 'group':
        this.begin(words);
        return [];
      case 'add':
        network.add(peer);
        return [];
      case 'campaign':
        network.core(peer).campaign();
        return this.settled();
      case 'tick':
        if (words[0] === 'all') network.tickAll(Number(words[1] ?? 1));
        else this.tick(words[0]!.split(',').map(Number), Number(words[1] ?? 1));
        return [];
      case 'propose': {
        const index = network.propose(peer, ...words.slice(1));
        return index === undefined ? ['refused'] : [`first index ${index}`, ...this.settled()];
      }
      case 'begin-propose':
        network.propose(peer, ...words.slice(1));
        network.node(peer).run(false);
        return [];
      case 'save':
        network.node(peer).saveOne();
        return this.settled();
      case 'transfer':
        return [network.core(peer).transferTo(Number(words[1])) ? 'begun' : 'refused', ...this.settled()];
      case 'change':
        return [this.change(peer, words.slice(1)), ...this.settled()];
      case 'read':
        return [network.core(peer).readIndex(Number(words[1])) ? 'asked' : 'no leader', ...this.settled()];
      case 'compact':
        this.compact(peer);
        return [];
      case 'crash':
        network.node(peer).alive = false;
        return [];
      case 'restart':
        network.node(peer).restart();
        return [];
      case 'cut':
        for (const pair of words) this.cut.add(pair);
        return [];
      case 'isolate':
        for (const other of network.nodes.keys()) this.cut.add(`${peer}>${other}`).add(`${other}>${peer}`);
        return [];
      case 'mute':
        this.muted = { peer, type: words[1]! };
        return [];
      case 'withhold':
        this.withheld = Number(words[0]);
        return [];
      case 'heal':
        this.heal();
        return [];
      case 'settle':
        return this.settled();
      case 'state':
        return [...network.nodes.keys()].map((member) => this.stateOf(member));
      case 'log':
        return [this.logOf(peer)];
      case 'reads':
        return network.node(peer).readStates.map(({ context, index }) => `read ${context} at ${index}`);
      default:
        return assert.fail(`no command ${verb}`);
    }
  }

  /** `group 1 2 3 window=2`: voters, and numbers of `RaftOptions`. */
  private begin(words: readonly string[]): void {
    const options = Object.fromEntries(
      words.filter((word) => word.includes('=')).map((word) => [word.split('=')[0], Number(word.split('=')[1])]),
    );
    const voters = words.filter((word) => !word.includes('=')).map(Number);
    this.heal();
    this.network = new TestNetwork(voters, options, 1);
    this.network.loses = (message) => {
      const lost = this.isLost(message);
      this.sent.push(`${lost ? 'lost ' : ''}${messageText(message)}`);
      return lost;
    };
  }

  /** Time passes for some, for all of them alike. */
  private tick(peers: readonly number[], count: number): void {
    for (let i = 0; i < count; i++) for (const peer of peers) this.network.tick(peer);
  }

  private heal(): void {
    this.cut.clear();
    this.muted = { peer: 0, type: '' };
    this.withheld = Number.POSITIVE_INFINITY;
  }

  private isLost(message: Message): boolean {
    const { from, to, type } = message;
    if (this.cut.has(`${from}>${to}`) || (from === this.muted.peer && type === this.muted.type)) return true;
    const fits = this.network.core(to).lastIndex >= this.withheld - 1;
    return message.type === 'append' && fits && message.entries.some(({ index }) => index >= this.withheld);
  }

  private change(peer: number, words: readonly string[]): string {
    const at = words.indexOf('learners');
    const voters = words.slice(0, at < 0 ? words.length : at).map(Number);
    const learners = at < 0 ? [] : words.slice(at + 1).map(Number);
    return this.network.core(peer).changeMembership({ voters, learners, context: new Uint8Array(0) }) ?? 'begun';
  }

  private compact(peer: number): void {
    const { log, applied } = this.network.node(peer);
    const membership = log.memberships.findLast((at) => at.index <= applied)!.membership;
    log.compact({ index: applied, term: log.term(applied), membership });
  }

  private settled(): string[] {
    this.network.settle();
    return [];
  }

  private stateOf(peer: number): string {
    const { core, applied, alive } = this.network.node(peer);
    if (!alive) return `${peer} down`;
    const { voters, outgoing, learners } = core.membership;
    const joint = outgoing.length > 0 ? ` leaving ${outgoing}` : '';
    const group = `voters ${voters}${joint}${learners.length > 0 ? ` learners ${learners}` : ''}`;
    const place = `term ${core.term}, last ${core.lastIndex}, committed ${core.committed}, applied ${applied}`;
    return `${peer} ${core.role}, leader ${core.leader || 'unknown'}, ${place}, ${group}`;
  }

  private logOf(peer: number): string {
    const { core, log } = this.network.node(peer);
    const entries: LogEntry[] = [];
    for (let from = log.firstIndex; from <= core.lastIndex; from = (from + 1) as LogIndex) {
      entries.push(...core.entries(from, from, 1e9, 1));
    }
    const names = ['', 'command', 'noop', 'membership', 'identity'];
    const texts = entries.map(({ index, term, kind, data }) => {
      const what = kind === 1 ? Buffer.from(data).toString() : names[kind];
      return `${index}/${term} ${what}`;
    });
    return texts.length === 0 ? `nothing above ${log.firstIndex - 1}` : texts.join(', ');
  }
}

/** A message as a reader wants to see it: who to whom, its term, and what matters of it. */
function messageText(message: Message): string {
  const head = `${message.from}>${message.to} term ${message.term} ${message.type}`;
  switch (message.type) {
    case 'vote':
      return `${head}${message.pre ? ' pre' : ''}${message.transfer ? ' transfer' : ''} last ${place(message.lastIndex, message.lastTerm)}`;
    case 'voteReply':
      return `${head}${message.pre ? ' pre' : ''} ${message.granted ? 'granted' : 'denied'}`;
    case 'append': {
      const entries = message.entries.map(({ index, term }) => place(index, term)).join(' ');
      return `${head} after ${place(message.prevIndex, message.prevTerm)}: ${entries || 'nothing'}; commit ${message.commit}${message.silent ? ' silent' : ''}`;
    }
    case 'appendReply':
      if (!message.refused) return `${head} has ${message.index}`;
      return `${head} refused ${message.index}, hint ${place(message.hintIndex, message.hintTerm)}`;
    case 'heartbeat':
      return `${head} commit ${message.commit} round ${message.readContext}`;
    case 'heartbeatReply':
      return `${head} round ${message.readContext}${message.fetching ? ' fetching' : ''}`;
    case 'snapshot':
      return `${head} of ${place(message.mark.index, message.mark.term)}`;
    case 'readIndexReply':
      return `${head} context ${message.context} at ${message.index}`;
    case 'readIndex':
      return `${head} context ${message.context}`;
    case 'timeoutNow':
      return head;
  }
}

function place(index: LogIndex, term: number): string {
  return `${index}/${term}`;
}
