import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@rfs/base/log';
import { type LossyFile, LostFound } from './lost-found.js';

const BYTES = Uint8Array.from({ length: 50 }, (_, i) => i);
const block = (at: number, known: boolean) => ({ offsetBytes: at * 10, lengthBytes: 10, known });

/** A file system with a file of five blocks; the block at 20 cannot be read. */
function setUp(existing: Readonly<Record<string, string>> = {}) {
  const made: string[] = [];
  const files = new Map<string, number[]>();
  let open = 0;
  const lostFound = new LostFound((user = 'namenode') => {
    open++;
    return {
      getFileInfo: async (path) => (existing[path] === undefined ? undefined : { kind: existing[path] }),
      mkdirs: async (path, mode) => {
        made.push(`${user} ${path} ${mode?.toString(8)}`);
        return true;
      },
      open: async () => ({
        async *stream(position, lengthBytes) {
          yield BYTES.subarray(position, position + lengthBytes / 2);
          if (position === 20) throw new Error('all replicas are bad');
          yield BYTES.subarray(position + lengthBytes / 2, position + lengthBytes);
        },
      }),
      create: async (path) => {
        const bytes: number[] = [];
        files.set(path, bytes);
        return { write: async (piece: Uint8Array) => bytes.push(...piece), close: async () => undefined };
      },
      close: () => {
        open--;
      },
    };
  }, silentLogger);
  const rescue = (file: LossyFile) => new Promise<boolean>((done) => lostFound.rescue(file, 'alice', done));
  return { rescue, made, files, left: () => open };
}

test('each row of blocks that are left becomes a file of its own', async () => {
  const { rescue, made, files, left } = setUp();
  const blocks = [block(0, true), block(1, true), block(2, false), block(3, true), block(4, true)];
  assert.equal(await rescue({ path: '/d/a', mode: 0o640, blocks }), true);
  assert.deepEqual(made, ['namenode /lost+found undefined', 'alice /lost+found/d/a 640']);
  assert.deepEqual([...files.keys()], ['/lost+found/d/a/0', '/lost+found/d/a/1']);
  assert.deepEqual(files.get('/lost+found/d/a/0'), [...BYTES.subarray(0, 20)]);
  assert.deepEqual(files.get('/lost+found/d/a/1'), [...BYTES.subarray(30, 50)]);
  assert.equal(left(), 0);
});

test('a block that cannot be read ends its row, and the caller is told', async () => {
  const { rescue, files } = setUp({ '/lost+found': 'directory' });
  const blocks = [block(0, true), block(2, true), block(3, true)];
  assert.equal(await rescue({ path: '/a', mode: 0o644, blocks }), false);
  assert.deepEqual(files.get('/lost+found/a/0'), [...BYTES.subarray(0, 10), ...BYTES.subarray(20, 25)]);
  assert.deepEqual(files.get('/lost+found/a/1'), [...BYTES.subarray(30, 40)]);
});

test('remains that are there already are left alone; a file in the way of the folder is an error', async () => {
  const there = setUp({ '/lost+found': 'directory', '/lost+found/a': 'directory' });
  assert.equal(await there.rescue({ path: '/a', mode: 0o644, blocks: [block(0, true)] }), true);
  const blocked = setUp({ '/lost+found': 'file' });
  assert.equal(await blocked.rescue({ path: '/a', mode: 0o644, blocks: [block(0, true)] }), false);
  for (const { made, files, left } of [there, blocked]) assert.deepEqual([made.length, files.size, left()], [0, 0, 0]);
});
