import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RackQuestion, Racks } from './racks.js';

class Target {
  table: ReadonlyMap<string, string> = new Map();

  setTable(table: ReadonlyMap<string, string>): void {
    this.table = table;
  }
}

function setUp(maxAddresses = 2) {
  const target = new Target();
  const asked: { addresses: readonly string[]; answer: Parameters<RackQuestion>[1] }[] = [];
  const racks = new Racks(target, (addresses, answer) => asked.push({ addresses, answer }), maxAddresses);
  const done: string[] = [];
  const resolve = (address: string): void =>
    racks.resolve(address, () => done.push(`${address} ${target.table.get(address) ?? '-'}`));
  const answer = (...found: string[]): void => asked.shift()?.answer(found);
  return { target, asked, racks, done, resolve, answer };
}

test('with a table alone nobody waits', () => {
  const target = new Target();
  const racks = new Racks(target);
  racks.replace(new Map([['h1', '/r1']]));
  let calls = 0;
  for (const address of ['h1', 'h2']) racks.resolve(address, () => calls++);
  assert.equal(calls, 2);
  assert.equal(target.table.get('h1'), '/r1');
});

test('hosts that come while a question is under way share the next ones, each is asked about once', () => {
  const { asked, done, resolve, answer } = setUp();
  for (const address of ['a', 'b', 'b', 'c', 'd']) resolve(address);
  assert.deepEqual(asked[0]?.addresses, ['a']);
  answer('/r1');
  assert.deepEqual(asked[0]?.addresses, ['b', 'c']);
  answer('/r2', '/r3');
  answer('/r4');
  assert.deepEqual(done, ['a /r1', 'b /r2', 'b /r2', 'c /r3', 'd /r4']);
  resolve('c');
  assert.equal(done.at(-1), 'c /r3', 'known ones at once');
  assert.equal(asked.length, 0);
});

test('a host without an answer goes on without a rack and is asked about when it comes again', () => {
  const { asked, done, resolve, answer } = setUp();
  resolve('a');
  asked.shift()?.answer(undefined);
  assert.deepEqual(done, ['a -']);
  resolve('a');
  answer('/r1');
  assert.deepEqual(done, ['a -', 'a /r1']);
});

test('an answer from before a refresh does not count', () => {
  const { asked, racks, done, resolve, answer } = setUp();
  resolve('a');
  racks.replace(new Map());
  answer('/old');
  assert.deepEqual(done, []);
  assert.deepEqual(asked[0]?.addresses, ['a']);
  answer('/new');
  assert.deepEqual(done, ['a /new']);
});
