import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { TestNetwork } from './network.fixture.js';

/**
 * Members with random delays, losses, repetitions, partitions, crashes that lose what was not saved, membership
 * changes, transfers and compaction. `TestNetwork` checks safety all the time; afterwards all is healed and the group
 * must go on.
 */
const SEEDS = 150;
const STEPS = 8000;

function run(seed: number): number {
  const random = seededRandom(seed);
  const network = new TestNetwork([1, 2, 3], { electionTicks: 3, windowCount: 4, appendBytes: 40 }, seed);
  network.add(4);
  network.add(5);
  const peers = [...network.nodes.keys()];
  const cut = new Set<string>();
  network.loses = ({ from, to }) => cut.has(`${from}>${to}`) || random.below(20) === 0;
  let proposed = 0;
  const actions: (() => void)[] = [
    () => network.core(pick()).tick(),
    () => network.core(pick()).tick(),
    ...Array.from({ length: 14 }, () => deliver),
    ...Array.from({ length: 4 }, () => () => network.node(pick()).run(false)),
    ...Array.from({ length: 4 }, () => () => network.node(pick()).saveOne()),
    () => {
      for (const peer of peers) network.propose(peer, `c${++proposed}`);
    },
    // Stands without asking first, as after a transfer: elections that pre-vote would have prevented must be safe too.
    rare(15, () => {
      const to = pick();
      const { term } = network.core(to);
      network.deliver({ type: 'timeoutNow', from: pick(), to, term });
    }),
    rare(20, () => {
      const alone = pick();
      for (const peer of peers) cut.add(`${alone}>${peer}`).add(`${peer}>${alone}`);
    }),
    rare(20, () => network.core(pick()).readIndex(seed)),
    rare(60, () => network.node(pick()).restart()),
    rare(40, () => cut.add(`${pick()}>${pick()}`)),
    rare(4, () => cut.clear()),
    rare(80, () => network.core(pick()).transferTo(pick())),
    rare(40, () => {
      const voters = peers.filter(() => random.below(3) > 0);
      const learners = peers.filter((peer) => !voters.includes(peer) && random.below(2) === 0);
      network.core(pick()).changeMembership({ voters, learners, context: new Uint8Array(0) });
    }),
    rare(40, () => {
      const node = network.node(pick());
      if (node.applied <= node.log.base.index || node.applied > node.log.lastIndex) return;
      const membership = node.log.memberships.findLast((at) => at.index <= node.applied)!.membership;
      node.log.compact({ index: node.applied, term: node.log.term(node.applied), membership });
    }),
    rare(5, () => network.finishFetch(network.node(pick()))),
  ];
  for (let step = 0; step < STEPS; step++) {
    actions[random.below(actions.length)]!();
    network.check();
  }

  network.loses = () => false;
  for (let i = 0; i < 300 && leaderOf() === undefined; i++) network.tickAll();
  const leader = leaderOf();
  assert.ok(leader !== undefined, 'nobody leads after all is healed');
  network.tickAll(30);
  const before = network.history.length;
  assert.ok(network.propose(leaderOf()!, 'at last') !== undefined);
  network.tickAll(10);
  assert.ok(network.history.length > before, 'nothing is committed after all is healed');
  const { membership, committed } = network.core(leaderOf()!);
  network.tickAll(1200);
  for (const peer of [...membership.voters, ...membership.learners]) {
    assert.ok(network.node(peer).applied >= committed, `${peer} has not caught up`);
  }
  return network.commands.length;

  function pick(): number {
    return peers[random.below(peers.length)]!;
  }

  function deliver(): void {
    const { messages } = network;
    if (messages.length === 0) return;
    const at = random.below(Math.min(messages.length, 10));
    const message = messages[at]!;
    if (random.below(30) > 0) messages.splice(at, 1);
    network.deliver(message);
  }

  function rare(oneIn: number, action: () => void): () => void {
    return () => {
      if (random.below(oneIn) === 0) action();
    };
  }

  function leaderOf(): number | undefined {
    return peers.find((peer) => network.core(peer).role === 'leader');
  }
}

test('safety under every fault, progress once they end', () => {
  let commands = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      commands += run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  assert.ok(commands > SEEDS * 5, `only ${commands} commands in all runs`);
});
