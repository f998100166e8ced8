import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import type { NamenodeCalls } from '../namenodes/index.js';
import { LeaseKeeper } from './lease-keeper.js';

const MINUTE_MS = 60_000;

/** Lets time pass in steps small enough for answers to come in between. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function keeper(answer: () => HdfsFailure | Record<never, never>) {
  const clock = new VirtualClock();
  let renewals = 0;
  const attempt = async (): Promise<unknown> => {
    renewals++;
    return answer();
  };
  const leases = new LeaseKeeper('client', { attempt, call: attempt } as unknown as NamenodeCalls, clock);
  return { clock, leases, renewals: () => renewals };
}

test('the lease is renewed every half minute while files are open, and not otherwise', async () => {
  const { clock, leases, renewals } = keeper(() => ({}));
  const holder = { leaseLost: () => assert.fail('the lease is fine') };
  await pass(clock, 2 * MINUTE_MS);
  assert.equal(renewals(), 0);
  leases.add(holder);
  await pass(clock, 5 * MINUTE_MS);
  assert.equal(renewals(), 10);
  leases.remove(holder);
  await pass(clock, 5 * MINUTE_MS);
  assert.equal(renewals(), 10);
});

test('a renewal that fails is repeated; after the hard limit the files are given up', async () => {
  const { clock, leases, renewals } = keeper(() => failure('ConnectException', 'nobody there'));
  let lost: string | undefined;
  const holder = {
    leaseLost: (reason: HdfsFailure) => {
      lost = reason.message;
      leases.remove(holder);
    },
  };
  leases.add(holder);
  await pass(clock, 19 * MINUTE_MS);
  assert.equal(lost, undefined);
  assert.ok(renewals() > 1000);
  await pass(clock, 2 * MINUTE_MS);
  assert.equal(lost, 'nobody there');
});
