import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Message } from './messages.js';
import { TestNetwork } from './network.fixture.js';
import { EntryKind, type LogEntry, type PeerId } from './types.js';

/**
 * Figure 3.1 of Ongaro's thesis (2014), its condensed summary of Raft, line by line; `thesis.test.ts` follows the
 * sections. The properties of figure 3.2 are checked by `TestNetwork` in every test, and by `random.test.ts` under faults:
 * Election Safety, Leader Append-Only and Log Matching, Leader Completeness, State Machine Safety.
 */

const NONE = { lastIndex: 0 as LogIndex, lastTerm: 0 as Term };

function entry(index: number, term: number): LogEntry {
  const data = Buffer.from(`${index}.${term}`);
  return { index: index as LogIndex, term: term as Term, kind: EntryKind.normal, data };
}

/** Member 2 of three, in `term`, with entries of the given terms; nobody leads. */
class Receiver {
  readonly network = new TestNetwork([1, 2, 3]);

  constructor(term: number, terms: readonly number[] = []) {
    const node = this.network.node(2);
    node.log.save(terms.map((of, i) => entry(i + 1, of)));
    node.hardState = { term: term as Term, vote: 0, commit: 0 as LogIndex };
    node.restart();
  }

  get core() {
    return this.network.core(2);
  }

  get terms(): number[] {
    return this.network.node(2).log.entries.map(({ term }) => term);
  }

  /** What member 2 answers. */
  answers(message: Message): Message[] {
    this.network.deliver(message);
    this.network.node(2).run(true);
    return this.network.messages.splice(0);
  }

  vote(from: PeerId, term: number, last: { lastIndex: number; lastTerm: number } = NONE): boolean {
    const [reply] = this.answers({ type: 'vote', from, to: 2, term, pre: false, transfer: false, ...last } as Message);
    return reply?.type === 'voteReply' && reply.granted;
  }

  /** Entries of `terms` after (prevIndex, prevTerm) by member 1; true when it has them then. */
  append(term: number, prevIndex: number, prevTerm: number, terms: readonly number[], commit = 0): boolean {
    const entries = terms.map((of, i) => entry(prevIndex + 1 + i, of));
    const at = { term: term as Term, prevIndex: prevIndex as LogIndex, prevTerm: prevTerm as Term };
    const news = { commit: commit as LogIndex, silent: false };
    const message: Message = { type: 'append', from: 1, to: 2, ...at, entries, ...news };
    const reply = this.answers(message).find(({ type }) => type === 'appendReply');
    return reply?.type === 'appendReply' && !reply.refused;
  }
}

describe('figure 3.1, RequestVote, receiver', () => {
  test('1. false if the candidate is of an older term', () => {
    const receiver = new Receiver(5);
    assert.equal(receiver.vote(1, 4), false);
    assert.equal(receiver.vote(1, 5), true);
  });

  test('2. granted if it has voted for nobody else, and the candidate has at least its log', () => {
    assert.equal(new Receiver(5, [1, 2]).vote(1, 6, { lastIndex: 9, lastTerm: 1 }), false, 'an older last term');
    assert.equal(new Receiver(5, [1, 2]).vote(1, 6, { lastIndex: 1, lastTerm: 2 }), false, 'a shorter log');
    const receiver = new Receiver(5, [1, 2]);
    assert.equal(receiver.vote(1, 6, { lastIndex: 2, lastTerm: 2 }), true);
    assert.equal(receiver.vote(3, 6, { lastIndex: 7, lastTerm: 5 }), false, 'its vote is given');
    assert.equal(receiver.vote(1, 6, { lastIndex: 2, lastTerm: 2 }), true, 'the answer may have been lost');
  });
});

describe('figure 3.1, AppendEntries, receiver', () => {
  test('1. false if the leader is of an older term', () => {
    const receiver = new Receiver(5);
    assert.equal(receiver.append(4, 0, 0, [4]), false);
    assert.deepEqual(receiver.terms, []);
  });

  test('2. false if its log has no entry of prevTerm at prevIndex', () => {
    const receiver = new Receiver(5, [1, 2]);
    assert.equal(receiver.append(5, 3, 2, [5]), false);
    assert.equal(receiver.append(5, 2, 1, [5]), false);
    assert.deepEqual(receiver.terms, [1, 2]);
  });

  test('3. an entry that conflicts with a new one goes, with all that follow it', () => {
    const receiver = new Receiver(5, [1, 2, 2, 2]);
    assert.equal(receiver.append(5, 1, 1, [3]), true);
    assert.deepEqual(receiver.terms, [1, 3]);
  });

  test('4. new entries are appended, and those that are there stay, also behind a late message', () => {
    const receiver = new Receiver(5, [1]);
    assert.equal(receiver.append(5, 1, 1, [5, 5, 5]), true);
    assert.equal(receiver.append(5, 1, 1, [5]), true);
    assert.deepEqual(receiver.terms, [1, 5, 5, 5]);
  });

  test('5. the commit index is the lower of the leader’s and the last new entry', () => {
    const receiver = new Receiver(5, [1, 1, 1]);
    receiver.append(5, 1, 1, [1], 9);
    assert.equal(receiver.core.committed, 2, 'what follows may yet be replaced');
    receiver.append(5, 3, 1, [5], 3);
    assert.equal(receiver.core.committed, 3);
  });
});

describe('figure 3.1, rules for servers', () => {
  test('all: what is committed is applied in order; a later term makes a follower of anybody', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    network.propose(1, 'a', 'b');
    network.tickAll(2);
    for (const peer of [1, 2, 3]) assert.equal(network.node(peer).applied, network.core(1).committed);
    assert.deepEqual(network.commands, ['a', 'b']);
    const none = { hintIndex: 0 as LogIndex, hintTerm: 0 as Term };
    const term = 99 as Term;
    network.deliver({ type: 'appendReply', from: 2, to: 1, term, index: 0 as LogIndex, refused: true, ...none });
    assert.deepEqual([network.core(1).role, network.core(1).term], ['follower', 99]);
  });

  test('followers: one that hears of nobody for an election timeout stands', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.loses = () => true;
    network.tick(1, 9);
    assert.equal(network.core(1).role, 'follower');
    network.tick(1, 11);
    assert.equal(network.core(1).role, 'precandidate', 'it asks first (9.6)');
  });

  test('candidates: votes for itself in a new term and asks all; a majority makes it leader', () => {
    const network = new TestNetwork([1, 2, 3, 4, 5]);
    const asked: Message[] = [];
    network.loses = (message) => message.type === 'vote' && !message.pre && asked.push(message) > 0;
    network.core(1).campaign();
    network.settle();
    assert.deepEqual(asked.map(({ to }) => to).sort(), [2, 3, 4, 5]);
    assert.deepEqual(network.node(1).hardState, { term: 1, vote: 1, commit: 0 });
    const grants = (from: PeerId): void => {
      network.deliver({ type: 'voteReply', from, to: 1, term: 1 as Term, pre: false, granted: true });
    };
    grants(2);
    assert.equal(network.core(1).role, 'candidate');
    grants(3);
    assert.equal(network.core(1).role, 'leader');
  });

  test('candidates: one that hears of the leader of its term follows it; without an outcome it stands again', () => {
    const receiver = new Receiver(0);
    const { core, network } = receiver;
    network.deliver({ type: 'timeoutNow', from: 1, to: 2, term: 0 as Term });
    assert.deepEqual([core.role, core.term], ['candidate', 1]);
    network.loses = () => true;
    network.tick(2, 21);
    assert.equal(core.role, 'precandidate');
    receiver.append(1, 0, 0, []);
    assert.deepEqual([core.role, core.term, core.leader], ['follower', 1, 1]);
  });

  test('leaders: heartbeats keep elections from beginning; entries go to who lacks them, further back where refused', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    network.tickAll(200);
    assert.deepEqual([network.core(1).role, network.core(1).term], ['leader', 1]);
    network.loses = ({ to }) => to === 3;
    network.propose(1, 'a');
    network.tickAll(2);
    network.loses = () => false;
    network.propose(1, 'b');
    network.tickAll(3);
    assert.deepEqual(network.node(3).log.entries, network.node(1).log.entries);
  });

  test('leaders: what a majority has is committed, if it is of the own term', () => {
    const network = new TestNetwork([1, 2, 3, 4, 5]);
    network.elect(1);
    network.settle();
    const { committed } = network.core(1);
    network.loses = ({ to }) => to > 2;
    network.propose(1, 'a');
    network.settle();
    assert.equal(network.core(1).committed, committed, 'two of five');
    network.loses = ({ to }) => to > 3;
    network.tickAll(3);
    assert.equal(network.core(1).committed, committed + 1, 'three of five');
  });

  test('leaders: an append is bounded in bytes and in entries (10.2.2)', () => {
    const largest = (limits: { appendBytes?: number; appendCount?: number }): number => {
      const network = new TestNetwork([1, 2], limits);
      network.elect(1);
      network.propose(1, ...Array.from({ length: 100 }, (_, i) => `command ${i}`));
      let most = 0;
      network.loses = (message) => {
        if (message.type === 'append') most = Math.max(most, message.entries.length);
        return false;
      };
      network.settle();
      assert.equal(network.commands.length, 100);
      return most;
    };
    assert.equal(largest({}), 100);
    assert.equal(largest({ appendCount: 7 }), 7);
    assert.equal(largest({ appendBytes: 30 }), 3);
  });
});
