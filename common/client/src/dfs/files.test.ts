import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { FailureError } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import fc from 'fast-check';
import type { DfsClient } from './client.js';
import { FakeCluster } from './fake-cluster.fixture.js';

let cluster: FakeCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function start(datanodes: number): Promise<FakeCluster> {
  cluster = await FakeCluster.start(datanodes);
  return cluster;
}

const random = seededRandom('files');
const someBytes = (length: number): Buffer => Buffer.from(random.bytes(length));

async function put(client: DfsClient, path: string, bytes: Buffer, pieceBytes = 10_000): Promise<void> {
  const out = await client.create(path, { overwrite: true });
  for (let at = 0; at < bytes.length; at += pieceBytes) await out.write(bytes.subarray(at, at + pieceBytes));
  await out.close();
}

async function get(client: DfsClient, path: string, position = 0, length?: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await client.open(path)).stream(position, length)) pieces.push(piece);
  return Buffer.from(pieces.flatMap((piece) => [...piece]));
}

test('what is written over several blocks is read back, whole and in ranges', async () => {
  const client = (await start(3)).client();
  const bytes = someBytes(64 * 1024 * 2 + 12_345);
  await put(client, '/a', bytes);
  assert.ok(cluster!.files.get('/a')!.closed);
  assert.ok((await get(client, '/a')).equals(bytes));
  for (const [from, length] of [
    [0, 1],
    [511, 2],
    [65_535, 2],
    [65_536, 1000],
    [100_000, 1e9],
    [bytes.length, 5],
  ] as const) {
    assert.ok((await get(client, '/a', from, length)).equals(bytes.subarray(from, from + length)), `${from} ${length}`);
  }
  const into = Buffer.alloc(3000);
  assert.equal(await (await client.open('/a')).read(bytes.length - 2000, into), 2000);
  assert.ok(into.subarray(0, 2000).equals(bytes.subarray(-2000)));
});

test('an empty file has no block, and a file that ends with a block gets no empty one', async () => {
  const client = (await start(1)).client();
  await put(client, '/empty', Buffer.alloc(0));
  await put(client, '/full', someBytes(64 * 1024 * 2));
  assert.equal(cluster!.files.get('/empty')!.blocks.length, 0);
  assert.equal(cluster!.files.get('/full')!.blocks.length, 2);
  assert.equal((await get(client, '/empty')).length, 0);
});

test('whatever is written, flushed, synced and appended, the datanodes get exactly these bytes', async () => {
  const client = (await start(3)).client();
  const step = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), length: fc.integer({ min: 0, max: 9000 }) }),
    fc.record({ kind: fc.constantFrom('hflush' as const, 'hsync' as const, 'reopen' as const) }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer(), async (steps, seed) => {
      const path = `/file${run++}`;
      const chance = seededRandom(seed);
      const written: Uint8Array[] = [];
      // Blocks of an odd number of chunks, so that packets and blocks end in all kinds of places.
      let out = await client.create(path, { blockSizeBytes: 512 * 21 });
      for (const next of steps) {
        if (next.kind === 'write') {
          const bytes = chance.bytes(next.length);
          written.push(bytes);
          await out.write(bytes);
        } else if (next.kind === 'reopen') {
          await out.close();
          out = await client.append(path, chance.below(4) === 0);
        } else {
          await out[next.kind]({ updateLength: chance.below(2) === 0 });
          const want = Buffer.from(written.flatMap((piece) => [...piece]));
          const last = cluster!.files.get(path)!.blocks.at(-1);
          const stored = last && cluster!.node('dn1').blocks.get(last.block.blockId);
          if (stored) assert.ok(want.subarray(-stored.length).equals(stored), 'what was flushed is there');
        }
      }
      await out.close();
      assert.ok(cluster!.bytesOf(path).equals(Buffer.from(written.flatMap((piece) => [...piece]))));
    }),
    { numRuns: 60 },
  );
});

test('hflush tells the namenode of a new block once, hsync with updateLength every time', async () => {
  const client = (await start(1)).client();
  const out = await client.create('/a');
  await out.write(someBytes(100));
  await out.hflush();
  await out.write(someBytes(100));
  await out.hflush();
  await out.hsync({ updateLength: true });
  await out.close();
  assert.deepEqual(
    cluster!.calls.filter((call) => call.startsWith('fsync')),
    ['fsync 100', 'fsync 200'],
  );
});

test('close waits until the namenode has the last block', async () => {
  const client = (await start(1)).client();
  cluster!.notYet = 3;
  await put(client, '/a', someBytes(10));
  assert.ok(cluster!.files.get('/a')!.closed);
  cluster!.notYet = 100;
  await assert.rejects(put(client, '/b', someBytes(10)), /does not have enough number of replicas/);
});

test('a pipeline whose first datanode goes away is mended, and nothing is lost', async () => {
  const client = (await start(3)).client();
  cluster!.node('dn1').faults.cutAfterPackets = 5;
  const bytes = someBytes(100_000);
  await put(client, '/a', bytes);
  assert.ok((await get(client, '/a')).equals(bytes));
  assert.deepEqual(
    cluster!.calls.filter((call) => call.startsWith('updatePipeline')),
    ['updatePipeline dn2,dn3'],
  );
});

test('a datanode that goes away when a block ends costs nothing of the next one', async () => {
  const client = (await start(3)).client();
  for (const name of ['dn1', 'dn2']) cluster!.node(name).faults.cutAtLast = true;
  const bytes = someBytes(64 * 1024 * 3 + 100);
  await put(client, '/a', bytes);
  assert.ok((await get(client, '/a')).equals(bytes));
});

test('a datanode further down that fails leaves the pipeline', async () => {
  const client = (await start(3)).client();
  cluster!.node('dn1').faults.badAck = { packet: 3, index: 2 };
  const bytes = someBytes(30_000);
  await put(client, '/a', bytes);
  assert.ok((await get(client, '/a')).equals(bytes));
  assert.ok(cluster!.calls.includes('updatePipeline dn1,dn2'));
});

test('after a flush a lost datanode is replaced by one that gets a copy first', async () => {
  const client = (await start(4)).client();
  const bytes = someBytes(30_000);
  const out = await client.create('/a');
  await out.write(bytes.subarray(0, 10_001));
  await out.hflush();
  cluster!.node('dn1').faults.cutAfterPackets = 5;
  await out.write(bytes.subarray(10_001));
  await out.close();
  assert.ok(cluster!.calls.includes('updatePipeline dn2,dn3,dn4'), cluster!.calls.join('; '));
  assert.ok((await get(client, '/a')).equals(bytes));
});

test('a write fails, saying why, when all datanodes of its pipeline are gone', async () => {
  const client = (await start(1)).client();
  cluster!.node('dn1').faults.cutAfterPackets = 2;
  await assert.rejects(put(client, '/a', someBytes(60_000)), /All datanodes \[127\.0\.0\.1:\d+\] are bad/);
});

test('a pipeline that cannot be built costs its block and the datanode that is to blame', async () => {
  const client = (await start(4)).client();
  cluster!.node('dn1').faults.badLink = 'dn2';
  const bytes = someBytes(70_000);
  await put(client, '/a', bytes);
  assert.ok((await get(client, '/a')).equals(bytes));
  assert.deepEqual(cluster!.calls.slice(0, 3), ['addBlock without', 'abandonBlock', 'addBlock without dn2']);
  assert.equal(cluster!.calls.filter((call) => call === 'abandonBlock').length, 1, 'later blocks avoid it');
});

test('a replica with wrong bytes is passed over and reported', async () => {
  const client = (await start(2)).client();
  const bytes = someBytes(60_000);
  await put(client, '/a', bytes);
  cluster!.node('dn1').faults.corruptByte = 20_000;
  assert.ok((await get(client, '/a')).equals(bytes));
  assert.deepEqual(
    cluster!.calls.filter((call) => call.startsWith('report')),
    ['reportBadBlocks dn1'],
  );
  const unchecked = await client.open('/a', { verifyChecksum: false });
  const into = Buffer.alloc(1);
  await unchecked.read(20_000, into);
  assert.notEqual(into[0], bytes[20_000]);
});

test('when every replica is bad the reader learns file, block and replicas', async () => {
  const client = (await start(2)).client();
  await put(client, '/a', someBytes(60_000));
  for (const node of cluster!.nodes.values()) node.faults.corruptByte = 5000;
  await assert.rejects(get(client, '/a'), (error: unknown) => {
    assert.ok(error instanceof FailureError);
    assert.equal(error.failure.code, 'BlockMissingException');
    assert.match(error.message, /BP-1:blk_1000_1 file=\/a replicas: 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+/);
    assert.match(error.message, /checksum error at byte 4608/);
    return true;
  });
  assert.ok(!cluster!.calls.some((call) => call.startsWith('report')), 'the fault is more likely here');
});

test('a read goes on with another replica where the first one broke off', async () => {
  const client = (await start(3)).client();
  const bytes = someBytes(64 * 1024);
  await put(client, '/a', bytes);
  cluster!.node('dn1').faults.cutReadAfter = 30_000;
  await cluster!.node('dn2').stop();
  assert.ok((await get(client, '/a')).equals(bytes));
});

test('replicas that all failed are tried again, as often as configured', async () => {
  const client = (await start(1)).client();
  const bytes = someBytes(64 * 1024);
  await put(client, '/a', bytes);
  cluster!.node('dn1').faults.cutReadAfter = 30_000;
  // Each attempt brings half of the block: three are enough, and allowed.
  assert.ok((await get(client, '/a')).equals(bytes));
  cluster!.node('dn1').faults.cutReadAfter = 0;
  await assert.rejects(get(client, '/a'), /Could not obtain block.*the datanode closed the connection/);
});

test('a reader that leaves early closes its connection', async () => {
  const client = (await start(1)).client();
  await put(client, '/a', someBytes(64 * 1024));
  for await (const _piece of (await client.open('/a')).stream()) break;
  await new Promise<void>((resolve) => {
    const look = (): void => void (cluster!.node('dn1').open === 0 ? resolve() : setImmediate(look));
    look();
  });
});

test('small reads one after another share a connection', async () => {
  const client = (await start(1)).client();
  const bytes = someBytes(64 * 1024);
  await put(client, '/a', bytes);
  const { accepted } = cluster!.node('dn1');
  const input = await client.open('/a');
  const into = Buffer.alloc(100);
  for (let at = 0; at < 50_000; at += 5000) {
    await input.read(at, into);
    assert.ok(into.equals(bytes.subarray(at, at + 100)));
  }
  assert.equal(cluster!.node('dn1').accepted, accepted + 1);
});

test('a file that is not there is told as HDFS tells it', async () => {
  const client = (await start(1)).client();
  await assert.rejects(client.open('/nope'), /^FailureError: File does not exist: \/nope$/);
  await put(client, '/a', someBytes(1));
  await assert.rejects(client.create('/a'), /\/a for client 127\.0\.0\.1 already exists/);
});

test('replicas of the own process are read first; what they fail to give comes from a datanode', async () => {
  const writer = (await start(1)).client();
  const bytes = someBytes(64 * 1024 * 2 + 1000);
  await put(writer, '/near', bytes);
  let remote = 0;
  const first = cluster!.files.get('/near')!.blocks[0]!.block.blockId;
  const client = cluster!.client(
    {},
    {
      async open({ blockId }, offset, length) {
        if (blockId !== first) return undefined;
        return (async function* () {
          yield bytes.subarray(offset, offset + Math.min(length, 1000));
          if (length > 1000) throw new Error('damaged');
        })();
      },
      dial: () => undefined,
      noteRemote(count) {
        remote += count;
      },
    },
  );
  assert.ok((await get(client, '/near')).equals(bytes));
  assert.equal(remote, bytes.length - 1000);
  assert.ok((await get(client, '/near', 5, 10)).equals(bytes.subarray(5, 15)));
  assert.equal(remote, bytes.length - 1000);
});

test('a reader that wants little ahead gets all the same', async () => {
  const client = (await start(1)).client();
  const bytes = someBytes(300_000);
  await put(client, '/thrifty', bytes);
  const file = await client.open('/thrifty', { readAheadBytes: 4096 });
  const into = Buffer.alloc(bytes.length);
  assert.equal(await file.read(0, into), bytes.length);
  assert.ok(into.equals(bytes));
});
