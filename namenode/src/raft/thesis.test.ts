import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Message } from './messages.js';
import { TestNetwork } from './network.fixture.js';
import { EntryKind, type LogEntry, type PeerId } from './types.js';

/** Section numbers are those of Ongaro's thesis, "Consensus: Bridging Theory and Practice" (2014). */

const NO_CONTEXT = new Uint8Array(0);

function entry(index: number, term: number): LogEntry {
  return {
    index: index as LogIndex,
    term: term as Term,
    kind: EntryKind.normal,
    data: Buffer.from(`${index}.${term}`),
  };
}

/** A group whose members start with the given terms in their logs, entry by entry. */
function withLogs(logs: readonly (readonly number[])[], term: number): TestNetwork {
  const network = new TestNetwork(logs.map((_, i) => i + 1));
  for (const [i, terms] of logs.entries()) {
    const node = network.node(i + 1);
    node.log.save(terms.map((entryTerm, at) => entry(at + 1, entryTerm)));
    node.hardState = { term: term as Term, vote: 0, commit: 0 as LogIndex };
    node.restart();
  }
  return network;
}

const termsOf = (network: TestNetwork, peer: PeerId): number[] =>
  network.node(peer).log.entries.map(({ term }) => term);

function isolate(network: TestNetwork, ...peers: PeerId[]): void {
  network.loses = ({ from, to }) =>
    peers.includes(from) !== peers.includes(to) || (peers.includes(from) && from !== to);
}

function heal(network: TestNetwork): void {
  network.loses = () => false;
}

describe('3.4 leader election', () => {
  test('a majority of votes makes a leader, and its heartbeats keep others quiet', () => {
    const network = new TestNetwork([1, 2, 3]);
    for (let i = 0; i < 40; i++) network.tickAll();
    const leaders = [1, 2, 3].filter((peer) => network.core(peer).role === 'leader');
    assert.equal(leaders.length, 1);
    const { term } = network.core(leaders[0]!);
    network.tickAll(100);
    assert.equal(network.core(leaders[0]!).role, 'leader');
    assert.equal(network.core(leaders[0]!).term, term);
  });

  test('each member votes once a term, and remembers it over a restart', () => {
    const network = new TestNetwork([1, 2, 3]);
    const ask = (from: PeerId): boolean => {
      const term = 5 as Term;
      const last = { lastIndex: 0 as LogIndex, lastTerm: 0 as Term };
      network.deliver({ type: 'vote', from, to: 3, term, pre: false, transfer: false, ...last });
      network.node(3).run(true);
      const [reply] = network.messages.splice(0);
      return reply?.type === 'voteReply' && reply.granted;
    };
    assert.equal(ask(1), true);
    assert.equal(ask(2), false);
    network.node(3).restart();
    assert.equal(ask(2), false);
    assert.equal(ask(1), true);
  });

  test('a vote leaves only after it is saved', () => {
    const network = new TestNetwork([1, 2, 3]);
    const last = { lastIndex: 0 as LogIndex, lastTerm: 0 as Term };
    network.deliver({ type: 'vote', from: 1, to: 3, term: 5 as Term, pre: false, transfer: false, ...last });
    network.node(3).run(false);
    assert.deepEqual(network.messages, []);
    network.node(3).saveOne();
    assert.equal(network.messages.length, 1);
    assert.deepEqual(network.node(3).hardState, { term: 5, vote: 1, commit: 0 });
  });
});

describe('3.5 log replication', () => {
  test('figure 3.6: a new leader brings every kind of follower to its own log', () => {
    const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const followers = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    const network = withLogs([leader, ...followers], 7);
    network.elect(1);
    network.tickAll(3);
    const expected = [...leader, 8];
    for (let peer = 1; peer <= 7; peer++) assert.deepEqual(termsOf(network, peer), expected, `member ${peer}`);
  });

  test('whole terms are skipped when logs differ', () => {
    const network = withLogs(
      [
        [1, ...Array.from({ length: 50 }, () => 3)],
        [1, ...Array.from({ length: 50 }, () => 2)],
      ],
      3,
    );
    let refusals = 0;
    network.loses = (message) => {
      if (message.type === 'appendReply' && message.refused) refusals++;
      return false;
    };
    network.elect(1);
    network.tickAll(2);
    assert.equal(termsOf(network, 2).length, 52);
    assert.ok(refusals <= 2, `${refusals} refusals`);
  });

  test('10.2.1: appends follow each other without waiting, within the window, and before the own save', () => {
    const network = new TestNetwork([1, 2], { windowCount: 3, appendBytes: 1 });
    network.elect(1);
    for (let i = 0; i < 10; i++) network.propose(1, `command ${i}`);
    network.node(1).run(false);
    const appends = network.messages.filter(({ type }) => type === 'append');
    assert.equal(appends.length, 3);
    assert.ok(network.node(1).saves.length > 0);
    network.settle();
    assert.equal(network.commands.length, 10);
  });
});

describe('3.6 safety', () => {
  test('3.6.1: who lacks committed entries is not elected', () => {
    const network = withLogs(
      [
        [1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
      1,
    );
    network.core(1).campaign();
    network.settle();
    assert.equal(network.core(1).role, 'follower');
    network.elect(2);
  });

  test('3.6.2, figure 3.7: an entry of an older term is not committed by counting', () => {
    const network = withLogs([[1, 2], [1, 2], [1], [1], [1, 3]], 3);
    network.loses = ({ to, from }) => to === 5 || from === 5;
    network.core(1).campaign();
    network.node(1).run(true);
    const appendsOfNewTerm = (): void => {
      network.messages = network.messages.map((message) =>
        message.type === 'append' ? { ...message, entries: message.entries.filter(({ term }) => term < 4) } : message,
      );
    };
    for (let i = 0; i < 12; i++) {
      appendsOfNewTerm();
      const messages = network.messages.splice(0);
      for (const message of messages) network.deliver(message);
      for (const node of network.nodes.values()) node.run(true);
    }
    assert.equal(network.core(1).role, 'leader');
    assert.deepEqual(termsOf(network, 3).slice(0, 2), [1, 2], 'on a majority');
    assert.equal(network.core(1).committed, 0, 'and yet not committed');
    network.tickAll(2);
    assert.equal(network.core(1).committed, 3, 'until one of its own term is');
  });
});

test('3.10 leadership transfer: the target has the whole log, and proposals wait', () => {
  const network = new TestNetwork([1, 2, 3]);
  network.elect(1);
  network.loses = ({ to }) => to === 2;
  network.propose(1, 'a');
  network.settle();
  heal(network);
  assert.equal(network.core(1).transferTo(2), true);
  assert.equal(network.propose(1, 'b'), undefined);
  network.tickAll(2);
  assert.equal(network.core(2).role, 'leader');
  assert.deepEqual(network.commands, ['a']);
  assert.equal(network.core(2).transferTo(9), false);
  const late: Message[] = [];
  network.loses = (message) => message.type === 'timeoutNow' && late.push(message) > 0;
  const { term } = network.core(2);
  network.core(2).transferTo(3);
  network.tickAll(11);
  assert.ok(network.propose(2, 'c') !== undefined, 'given up after an election timeout');
  assert.ok(network.core(2).term > term, 'in another term: in the old one it can hold no lease any more');
  for (const message of late) network.deliver(message);
  assert.equal(network.core(3).role, 'follower', 'what it was told then means nothing');
});

describe('4 membership changes', () => {
  const change = (voters: PeerId[], learners: PeerId[] = []) => ({ voters, learners, context: NO_CONTEXT });

  test('4.2.1: a learner catches up without a vote, then becomes a voter', () => {
    const network = new TestNetwork([1]);
    network.elect(1);
    network.propose(1, 'a', 'b');
    network.settle();
    network.add(4).restart();
    assert.equal(network.core(1).changeMembership(change([1], [4])), undefined);
    network.tickAll(3);
    assert.equal(network.core(4).committed, network.core(1).committed);
    assert.equal(network.core(1).changeMembership(change([1, 4])), undefined);
    network.tickAll(3);
    assert.deepEqual(network.core(4).membership.voters, [1, 4]);
    isolate(network, 4);
    network.propose(1, 'c');
    network.settle();
    assert.deepEqual(network.commands, ['a', 'b'], 'its vote counts now');
  });

  for (const [half, away] of [
    ['old', [4, 5]],
    ['new', [2, 3]],
  ] as const) {
    test(`4.3: in joint consensus the ${half} majority alone decides nothing, and the leader ends it by itself`, () => {
      const network = new TestNetwork([1, 2, 3]);
      network.elect(1);
      for (const peer of [4, 5]) network.add(peer);
      const isAway = (peer: PeerId): boolean => (away as readonly PeerId[]).includes(peer);
      network.loses = ({ from, to }) => isAway(from) || isAway(to);
      assert.equal(network.core(1).changeMembership(change([1, 4, 5], [2])), undefined);
      network.propose(1, 'a');
      network.settle();
      assert.deepEqual(network.commands, []);
      assert.equal(network.core(1).changeMembership(change([1])), 'earlierChangePending');
      heal(network);
      network.tickAll(5);
      assert.deepEqual(network.commands, ['a']);
      for (const peer of [1, 2, 4, 5]) {
        const { voters, outgoing, learners } = network.core(peer).membership;
        assert.deepEqual({ voters, outgoing, learners }, { voters: [1, 4, 5], outgoing: [], learners: [2] });
      }
    });
  }

  test('4.1: a membership that is replaced in the log gives way to the one before', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    isolate(network, 1);
    assert.equal(network.core(1).changeMembership(change([1, 2, 3, 4])), undefined);
    network.settle();
    assert.deepEqual(network.core(1).membership.voters, [1, 2, 3, 4]);
    network.tickAll(40);
    heal(network);
    network.tickAll(5);
    assert.deepEqual(network.core(1).membership.voters, [1, 2, 3]);
  });

  test('4.2.2: a leader that is removed leads until that is committed', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    assert.equal(network.core(1).changeMembership(change([2, 3])), undefined);
    network.settle();
    assert.equal(network.core(1).role, 'follower');
    network.tickAll(40);
    assert.equal(network.core(1).role, 'follower');
    assert.ok([2, 3].some((peer) => network.core(peer).role === 'leader'));
  });

  test('no change before an entry of the own term is committed (Ongaro, raft-dev 2015)', () => {
    const network = withLogs([[1], [1], [1]], 1);
    isolate(network, 3);
    network.core(1).campaign();
    network.node(1).run(true);
    while (network.core(1).role !== 'leader') {
      for (const message of network.messages.splice(0)) network.deliver(message);
      for (const node of network.nodes.values()) node.run(true);
    }
    assert.equal(network.core(1).changeMembership(change([1, 2])), 'earlierChangePending');
    network.settle();
    assert.equal(network.core(1).changeMembership(change([1, 2])), undefined);
  });

  test('4.2.3 and 9.6: a member that was cut off, or removed, deposes nobody', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    const { term } = network.core(1);
    isolate(network, 3);
    network.tickAll(100);
    assert.equal(network.core(3).term, term, 'pre-vote does not raise its term');
    heal(network);
    network.tickAll(30);
    assert.equal(network.core(1).role, 'leader');
    assert.equal(network.core(1).term, term);
  });
});

test('5 a follower whose entries are cut away fetches the state, and goes on from there', () => {
  const network = new TestNetwork([1, 2, 3]);
  network.elect(1);
  isolate(network, 3);
  for (let i = 0; i < 20; i++) network.propose(1, `c${i}`);
  network.settle();
  for (const peer of [1, 2]) {
    const node = network.node(peer);
    node.log.compact({ index: 15, term: node.log.term(15 as LogIndex), membership: network.initial });
  }
  heal(network);
  network.tickAll(5);
  assert.equal(network.core(3).committed, network.core(1).committed);
  assert.ok(network.node(3).log.firstIndex > 15);
  network.propose(1, 'after');
  network.settle();
  assert.equal(network.node(3).applied, network.core(1).committed);
});

test('6.2 a leader that hears no majority steps down', () => {
  const network = new TestNetwork([1, 2, 3]);
  network.elect(1);
  isolate(network, 1);
  network.tick(1, 25);
  assert.equal(network.core(1).role, 'follower');
});

describe('6.4 linearizable reads', () => {
  test('a round of heartbeats confirms that nobody else led; a deposed leader answers nothing', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    network.propose(1, 'a');
    network.settle();
    network.core(1).readIndex(7);
    network.settle();
    assert.deepEqual(network.node(1).readStates, [{ context: 7, index: network.core(1).committed }]);
    isolate(network, 1);
    for (const peer of [2, 3, 2, 3, 2, 3]) network.tick(peer, 8);
    assert.ok([2, 3].some((peer) => network.core(peer).role === 'leader'));
    assert.equal(network.core(1).role, 'leader', 'it was paused and does not know');
    network.core(1).readIndex(8);
    network.settle();
    network.tickAll(1);
    assert.equal(network.node(1).readStates.length, 1);
    heal(network);
    network.tickAll(3);
    assert.equal(network.node(1).readStates.length, 1);
  });

  test('6.4.1: a follower passes its read on', () => {
    const network = new TestNetwork([1, 2, 3]);
    network.elect(1);
    network.core(3).readIndex(9);
    network.settle();
    assert.deepEqual(network.node(3).readStates, [{ context: 9, index: network.core(1).committed }]);
  });

  test('a leader waits for the first commit of its term', () => {
    const network = withLogs([[1], [1], [1]], 1);
    network.core(1).campaign();
    network.loses = ({ type }) => type === 'append';
    network.settle();
    assert.equal(network.core(1).role, 'leader');
    network.core(1).readIndex(3);
    network.settle();
    assert.deepEqual(network.node(1).readStates, []);
    heal(network);
    network.tickAll(3);
    assert.deepEqual(network.node(1).readStates, [{ context: 3, index: 2 }]);
  });

  test('6.4.1: with a lease no message is needed, until it runs out', () => {
    const network = new TestNetwork([1, 2, 3], { leaseReads: true });
    network.elect(1);
    network.tickAll(2);
    isolate(network, 1);
    network.core(1).readIndex(1);
    network.node(1).run(true);
    assert.equal(network.node(1).readStates.length, 1);
    network.tick(1, 9);
    network.core(1).readIndex(2);
    network.settle();
    assert.equal(network.node(1).readStates.length, 1);
  });
});

test('a group of one commits with its own save alone', () => {
  const network = new TestNetwork([1]);
  network.core(1).campaign();
  network.propose(1, 'a', 'b');
  network.node(1).run(false);
  assert.deepEqual(network.commands, []);
  network.node(1).saveOne();
  network.node(1).run(false);
  assert.deepEqual(network.commands, ['a', 'b']);
});
