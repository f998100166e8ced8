import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { type CatalogRecord, DigestCatalog } from './catalog.js';
import { subdirPath } from './layout.js';
import { nodeFiles } from './node-files.js';

function record(id: number, stamp = 1001): CatalogRecord {
  return {
    blockId: id as BlockId,
    generationStamp: stamp as GenerationStamp,
    lengthBytes: id * 10,
    digest: Buffer.alloc(32, id),
  };
}

function folder(): string {
  const root = fs.mkdtempSync(join(tmpdir(), 'rfs-catalog-'));
  fs.mkdirSync(join(root, subdirPath(3)), { recursive: true });
  return root;
}

test('the format is pinned', async () => {
  const root = folder();
  const catalog = new DigestCatalog(nodeFiles, root, () => true);
  await catalog.append(3, record(0x0102030405));
  const bytes = fs.readFileSync(join(root, subdirPath(3), 'rfs-digests'));
  assert.equal(
    bytes.toString('hex'),
    '7266736469673031' + // rfsdig01
      '0000000102030405' +
      '00000000000003e9' +
      '0000000a141e2832' +
      '05'.repeat(32) +
      '00000000' +
      bytes.subarray(-4).toString('hex'),
  );
  assert.equal(bytes.subarray(-4).toString('hex'), '91c6facc');
  fs.rmSync(root, { recursive: true });
});

test('records survive, broken ones are passed over, a torn one is overwritten', async () => {
  const root = folder();
  const path = join(root, subdirPath(3), 'rfs-digests');
  const catalog = new DigestCatalog(nodeFiles, root, () => true);
  for (const id of [1, 2, 3]) await catalog.append(3, record(id));
  await catalog.append(3, { ...record(2), digest: Buffer.alloc(32, 0xee) });
  const bytes = fs.readFileSync(path);
  bytes[8 + 10]! ^= 1;
  fs.writeFileSync(path, bytes.subarray(0, bytes.length));
  fs.appendFileSync(path, Buffer.alloc(17, 1));
  const again = new DigestCatalog(nodeFiles, root, () => true);
  await again.append(3, record(4));
  assert.deepEqual(
    (await again.load(3)).map((one) => one.blockId),
    [2, 3, 2, 4],
  );
  assert.deepEqual(await again.find(3, 2 as BlockId, 1001 as GenerationStamp), Buffer.alloc(32, 0xee));
  assert.equal(await again.find(3, 1 as BlockId, 1001 as GenerationStamp), null);
  assert.equal(await again.find(3, 2 as BlockId, 1002 as GenerationStamp), null);
  fs.rmSync(root, { recursive: true });
});

test('records of the past go when they outnumber the others', async () => {
  const root = folder();
  const live = new Set<number>();
  const catalog = new DigestCatalog(nodeFiles, root, (one) => live.has(one.blockId));
  const appended: Promise<void>[] = [];
  for (let id = 1; id <= 1000; id++) {
    if (id % 100 === 0) {
      live.add(id);
      catalog.countLive(3, 1);
    }
    appended.push(catalog.append(3, record(id)));
  }
  await Promise.all(appended);
  const kept = (await catalog.load(3)).map((one) => one.blockId as number);
  assert.ok(kept.length <= 64 + 2 * live.size + 2, `${kept.length}`);
  for (const id of live) assert.ok(kept.includes(id));
  fs.rmSync(root, { recursive: true });
});
