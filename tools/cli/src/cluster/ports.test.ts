import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { PortFinder } from './ports.js';

test('those who look for ports at the same time find different ones, before anybody listens', async () => {
  const finders = [1, 2, 3].map(() => new PortFinder(seededRandom(7)));
  const found: number[] = [];
  for (let i = 0; i < 5; i++) {
    found.push(...(await Promise.all(finders.map((finder) => finder.find('127.0.0.1')))));
  }
  assert.equal(new Set(found).size, found.length);
  const [first] = found;
  assert.notEqual(await new PortFinder(seededRandom(8)).find('127.0.0.1', first), first);
});
