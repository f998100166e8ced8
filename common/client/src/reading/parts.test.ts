import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { FakeCluster } from '../dfs/fake-cluster.fixture.js';
import { Parts } from './parts.js';

const KIB = 1024;

test('parts grow for a reader who takes quickly what sockets do not hold, and shrink for one who does not', () => {
  const clock = new VirtualClock();
  const parts = new Parts(clock);
  const sizes = (count: number, eachMs: number): number[] =>
    Array.from({ length: count }, () => {
      clock.advance(eachMs);
      return parts.next() / KIB;
    });
  assert.deepEqual(sizes(32, 1), new Array(32).fill(128));
  assert.deepEqual(sizes(8, 99), [256, 512, 1024, 2048, 4096, 8192, 8192, 8192]);
  assert.deepEqual(sizes(3, 100), [4096, 2048, 1024]);
  assert.deepEqual(sizes(5, 10_000), [512, 256, 128, 128, 128]);
});

test('among many readers a block is asked for in parts, each when the one before is taken', async (t) => {
  const cluster = await FakeCluster.start(1);
  t.after(() => cluster.stop());
  const client = cluster.client();
  const { asked } = cluster.nodes.get('dn1')!;
  const bytes = Buffer.alloc(300 * KIB, 'what is read');
  const out = await client.create('/f', { blockSizeBytes: bytes.length });
  await out.write(bytes);
  await out.close();
  const file = await client.open('/f');
  const slow: AsyncGenerator<Uint8Array, void>[] = [];
  for (let i = 0; i < 40; i++) {
    slow.push(file.stream());
    await slow.at(-1)!.next();
  }
  assert.equal(asked[0], bytes.length);
  assert.deepEqual(asked.slice(20), new Array(20).fill(128 * KIB));

  const into = Buffer.alloc(bytes.length);
  assert.equal(await file.read(0, into), bytes.length);
  assert.ok(into.equals(bytes));
  assert.deepEqual(asked.slice(40), [128 * KIB, 128 * KIB, 44 * KIB]);

  for (const stream of slow) await stream.return();
  assert.equal(await file.read(0, into), bytes.length);
  assert.equal(asked.at(-1), bytes.length);
});
