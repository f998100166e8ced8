import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlockId, type GenerationStamp, idFromText } from '@rfs/base/ids';
import { blockFileName, metaFileName, readFileName, subdirOf, subdirPath } from './layout.js';
import { formatProperties, parseProperties } from './version-file.js';

test('a block lies in the folder that Apache computes for it', () => {
  // DatanodeUtil.idToBlockDir: (id >> 16) & 0x1f, (id >> 8) & 0x1f
  const path = (id: number) => subdirPath(subdirOf(id as BlockId));
  assert.equal(path(1073741825), 'subdir0/subdir0');
  assert.equal(path(1073741825 + 0x1f_1f_00), 'subdir31/subdir31');
  assert.equal(path(1073741825 + 0x25_43_00), 'subdir5/subdir3');
  assert.equal(path(idFromText('-9223372036854775792')), 'subdir0/subdir0');
});

test('file names are written and read back, others are left alone', () => {
  const name = { kind: 'other' as const, blockId: 0 as BlockId, generationStamp: 0 as GenerationStamp };
  const read = (text: string) => ({ ...readFileName(text, { ...name }) });
  for (const id of [1073741825, idFromText('-9223372036854775792'), 2 ** 53 - 1] as BlockId[]) {
    assert.deepEqual(read(blockFileName(id)), { kind: 'block', blockId: id, generationStamp: 0 });
    const meta = metaFileName(id, 1001 as GenerationStamp);
    assert.deepEqual(read(meta), { kind: 'meta', blockId: id, generationStamp: 1001 });
  }
  for (const other of ['blk_', 'blk_x', 'blk_1.tmp', 'blk_1_2.meta.copy', 'rfs-digests', 'blk_9007199254740993']) {
    assert.equal(read(other).kind, 'other', other);
  }
});

test('VERSION files are Java properties', () => {
  const entries = new Map([
    ['storageID', 'DS-1'],
    ['odd key', 'a=b:c \\ d'],
  ]);
  assert.deepEqual(parseProperties(formatProperties(entries, 'rfs')), entries);
  const java = '#Fri Nov 21 11:00:00 UTC 2026\nclusterID=CID-7\ncTime=0\nodd\\:key = x\\u00fcy\n';
  assert.deepEqual(
    [...parseProperties(java)],
    [
      ['clusterID', 'CID-7'],
      ['cTime', '0'],
      ['odd:key', 'xüy'],
    ],
  );
});
