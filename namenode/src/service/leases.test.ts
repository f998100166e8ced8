import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseTable } from './leases.js';

const limits = { softMs: 60_000, hardMs: 1_200_000 };

test('a holder is soft expired after the soft limit and hard expired after the hard one', () => {
  const leases = new LeaseTable(limits);
  leases.renew('writer', 0);
  assert.equal(leases.softExpired('writer', 60_000), false);
  assert.equal(leases.softExpired('writer', 60_001), true);
  assert.equal(leases.hardExpired('writer', 1_200_000), false);
  assert.equal(leases.hardExpired('writer', 1_200_001), true);
  leases.renew('writer', 1_200_001);
  assert.equal(leases.softExpired('writer', 1_260_001), false);
});

test('an unknown holder counts as renewed when it is first asked about', () => {
  const leases = new LeaseTable(limits);
  assert.equal(leases.hardExpired('before-the-failover', 5_000_000), false);
  assert.equal(leases.softExpired('before-the-failover', 5_060_001), true);
});

test('only idle holders are forgotten', () => {
  const leases = new LeaseTable(limits);
  leases.renew('open', 0);
  leases.renew('idle', 0);
  leases.forgetIdle(new Set(['open']), 2_000_000);
  assert.equal(leases.hardExpired('open', 2_000_000), true);
  assert.equal(leases.hardExpired('idle', 2_000_000), false);
});
