import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import fc from 'fast-check';
import { Harness } from './harness.fixture.js';
import { CommandKind, type FileStatus, stateHash } from './index.js';
import { RETRY_EXPIRY_MS } from './retry-cache.js';
import { RetryIndex } from './retry-index.js';

const clientId = Uint8Array.from({ length: 16 }, (_, i) => i);
const created = { mode: 0o644, clientName: 'c', flags: 1, createParent: true, replication: 3, blockSizeBytes: 1000 };

describe('the retry cache', () => {
  test('gives a repeated call the first reply, also after a restart', () => {
    const harness = Harness.made();
    const call = { clientId, callId: 3 };
    const first = harness.run('alice', CommandKind.CREATE, { ...created, path: '/f' }, call) as FileStatus;
    assert.deepEqual(harness.run('alice', CommandKind.CREATE, { ...created, path: '/f' }, call), first);
    harness.restart();
    assert.deepEqual(harness.run('alice', CommandKind.CREATE, { ...created, path: '/f' }, call), first);
    const rename = { source: '/f', destination: '/g' };
    assert.equal(harness.run('alice', CommandKind.RENAME, rename, { clientId, callId: 4 }), true);
    assert.equal(harness.run('alice', CommandKind.RENAME, rename, { clientId, callId: 4 }), true);
    assert.equal(harness.run('alice', CommandKind.RENAME, rename, { clientId, callId: 5 }), false);
    assert.equal(harness.machine.retryEntries, 2);
  });

  test('keeps no refusals, no "false", and nothing without a client id', () => {
    const harness = Harness.made();
    const call = { clientId, callId: 1 };
    assert.equal(harness.run('alice', CommandKind.DELETE, { path: '/f', recursive: false }, call), false);
    const late = { ...created, path: '/no/f', createParent: false };
    assert.ok(harness.run('alice', CommandKind.CREATE, late, call) instanceof Failure);
    harness.run('alice', CommandKind.MKDIRS, { path: '/no', mode: 0o755 }, call);
    assert.equal(harness.machine.retryEntries, 0);
    assert.ok(!(harness.run('alice', CommandKind.CREATE, late, call) instanceof Failure));
    assert.ok(!(harness.run('alice', CommandKind.CREATE, { ...created, path: '/x' }) instanceof Failure));
    assert.ok(harness.run('alice', CommandKind.CREATE, { ...created, path: '/x' }) instanceof Failure);
    assert.equal(harness.machine.retryEntries, 1);
  });

  test('forgets by the time of the commands, and the same whatever the batches', () => {
    const harness = Harness.made();
    for (let i = 0; i < 200; i++) {
      harness.run('alice', CommandKind.CREATE, { ...created, path: `/f${i}` }, { clientId, callId: i });
    }
    harness.restart();
    harness.timeMs += RETRY_EXPIRY_MS + 1;
    for (let i = 0; i < 70; i++) {
      harness.run('alice', CommandKind.CREATE, { ...created, path: `/g${i}` }, { clientId, callId: 1000 + i });
    }
    // What shares a row with a new success lives as long as that.
    assert.ok(harness.machine.retryEntries < 70 + 64, `${harness.machine.retryEntries} entries`);
    assert.ok(
      harness.run('alice', CommandKind.CREATE, { ...created, path: '/f0' }, { clientId, callId: 0 }) instanceof Failure,
    );
    const again = new Harness();
    for (let at = 0; at < harness.log.length; at += 37) again.apply(harness.log.slice(at, at + 37));
    assert.equal(stateHash(again.store), stateHash(harness.store));
  });

  test('its index finds every call that is kept, also where calls have one hash', () => {
    const step = fc.record({
      hash: fc.integer({ min: -3, max: 40 }),
      rise: fc.boolean(),
      kept: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1000, maxLength: 4000, size: 'max' }), (steps) => {
        const index = new RetryIndex();
        const model: { hash: number; group: number }[] = [];
        let group = 0;
        let oldestKept = 0;
        for (const { hash, rise, kept } of steps) {
          if (rise) group++;
          oldestKept = Math.max(oldestKept, group - kept);
          const spread = Math.imul(hash, 0x10001);
          index.add(spread, group, oldestKept);
          model.push({ hash: spread, group });
        }
        for (let hash = -3; hash <= 40; hash++) {
          const spread = Math.imul(hash, 0x10001);
          const groups: number[] = [];
          for (const calls of index.tables)
            for (let slot = calls.first(spread); slot >= 0; slot = calls.next(spread, slot))
              groups.push(calls.groupAt(slot));
          const added = model.filter((one) => one.hash === spread).map((one) => one.group);
          const isKept = (one: number): boolean => one >= oldestKept;
          assert.deepEqual(groups.filter(isKept).sort(), added.filter(isKept).sort());
        }
      }),
      { numRuns: 50 },
    );
  });

  test('its index forgets what is not kept', () => {
    const index = new RetryIndex();
    let found = 0;
    for (let call = 0; call < 100_000; call++) {
      index.add(Math.imul(call, 0x9e3779b1), call >> 6, (call >> 6) - 20);
      if (call < 10_000) continue;
      const before = Math.imul(call - 10_000, 0x9e3779b1);
      if (index.tables.some((calls) => calls.first(before) >= 0)) found++;
    }
    assert.equal(found, 0);
  });
});
