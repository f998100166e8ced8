import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMembership, encodeMembership, soleMember } from './membership.js';
import { agreedIndex, countVotes } from './quorum.js';
import type { Membership } from './types.js';

const peers = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });
const matches = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 8 });
const joint = fc.record({ voters: peers, outgoing: fc.oneof(fc.constant<number[]>([]), peers) });

function membershipOf({ voters, outgoing }: { voters: number[]; outgoing: number[] }): Membership {
  return { ...soleMember(1), voters, outgoing };
}

const hasMajority = (voters: readonly number[], yes: (peer: number) => boolean): boolean =>
  voters.filter(yes).length * 2 > voters.length;

test('the agreed index is the highest that every half has a majority for', () => {
  fc.assert(
    fc.property(joint, matches, (halves, match) => {
      const holds = (index: number): boolean =>
        [halves.voters, halves.outgoing]
          .filter((half) => half.length > 0)
          .every((half) => hasMajority(half, (peer) => match[peer]! >= index));
      let expected = 0;
      while (holds(expected + 1)) expected++;
      assert.equal(
        agreedIndex(membershipOf(halves), (peer) => match[peer]!),
        expected,
      );
    }),
  );
});

test('votes are won by a majority of every half, and lost when that cannot be any more', () => {
  const answers = fc.array(fc.constantFrom(true, false, undefined), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(joint, answers, (halves, answer) => {
      const all = [halves.voters, halves.outgoing].filter((half) => half.length > 0);
      const won = all.every((half) => hasMajority(half, (peer) => answer[peer] === true));
      const canWin = all.every((half) => hasMajority(half, (peer) => answer[peer] !== false));
      const result = countVotes(membershipOf(halves), (peer) => answer[peer]);
      assert.equal(result, won ? 'won' : canWin ? 'pending' : 'lost');
    }),
  );
});

test('a membership is the same after its way through the log', () => {
  const membership = { ...membershipOf({ voters: [1, 2 ** 40], outgoing: [3] }), learners: [4], learnersNext: [3] };
  const context = Uint8Array.from([1, 2, 3]);
  assert.deepEqual(decodeMembership(encodeMembership({ ...membership, context })), { ...membership, context });
  assert.throws(() => decodeMembership(Uint8Array.from([2])), /version 2/);
  assert.throws(() => decodeMembership(Uint8Array.from([1, 200, 1])), /members in/);
});
