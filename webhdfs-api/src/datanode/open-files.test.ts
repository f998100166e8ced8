import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { OpenFiles, type SharedFile } from './open-files.js';

function files(isClosed = true): { files: OpenFiles; clock: VirtualClock; asked: string[] } {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const open = async (path: string): Promise<SharedFile> => {
    asked.push(path);
    if (path === '/none') throw new Error('not there');
    return { isClosed, lengthBytes: 0, stream: () => assert.fail('nothing is read') };
  };
  return { files: new OpenFiles(open, clock), clock, asked };
}

test('requests of one redirect ask for the blocks once, also when they come together', async () => {
  const { files: shared, asked } = files();
  const [first, second] = await Promise.all([shared.open('/a', 7), shared.open('/a', 7)]);
  assert.equal(first, second);
  assert.equal(await shared.open('/a', 7), first);
  assert.deepEqual(asked, ['/a']);
});

test('another state, another path, no redirect and a while later ask anew', async () => {
  const { files: shared, clock, asked } = files();
  await shared.open('/a', 7);
  await shared.open('/a', 8);
  await shared.open('/b', 7);
  await shared.open('/a', -1);
  assert.equal(asked.length, 4);
  clock.advance(10_000);
  await shared.open('/a', 7);
  assert.equal(asked.length, 5);
});

test('files being written and refusals are not kept', async () => {
  const growing = files(false);
  await growing.files.open('/a', 7);
  await growing.files.open('/a', 7);
  assert.equal(growing.asked.length, 2);
  const { files: shared, asked } = files();
  await assert.rejects(shared.open('/none', 7));
  await assert.rejects(shared.open('/none', 7));
  assert.equal(asked.length, 2);
});

test('many files do not stay', async () => {
  const { files: shared, asked } = files();
  for (let i = 0; i < 1000; i++) await shared.open(`/${i}`, 7);
  await shared.open('/0', 7);
  assert.equal(asked.length, 1001);
});
