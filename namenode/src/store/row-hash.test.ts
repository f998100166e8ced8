import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf } from './row-hash.js';

/** Slots that were taken when keys went into a half full table with linear probing, for each key on average. */
function takenOnTheWay(keys: readonly Uint8Array[]): number {
  const slots = new Uint8Array(2 ** Math.ceil(Math.log2(keys.length * 2)));
  let taken = 0;
  for (const key of keys) {
    let at = hashOf(key, 0, key.length) & (slots.length - 1);
    for (; slots[at] === 1; at = (at + 1) & (slots.length - 1)) taken++;
    slots[at] = 1;
  }
  return taken / keys.length;
}

function rowOf(table: number, id: number, name = ''): Uint8Array {
  const key = Buffer.alloc(9 + name.length);
  key[0] = table;
  key.writeUInt32BE(id, 5);
  key.write(name, 9);
  return key;
}

test('rows that are numbered one after the other stand side by side and leave room for others', () => {
  const counting = (make: (i: number) => Uint8Array): Uint8Array[] => Array.from({ length: 16_384 }, (_, i) => make(i));
  for (const keys of [
    counting((i) => rowOf(17, 20_000 + i)),
    counting((i) => rowOf(16, 300 + Math.floor(i / 100), `f${i}`)),
    counting((i) => rowOf(16, 300, `part-${String(i).padStart(5, '0')}`)),
    counting((i) => rowOf(17 + (i & 1), 20_000 + (i >> 1))),
    counting((i) => rowOf(17, Math.imul(i, 0x9e3779b1) >>> 0)),
  ]) {
    assert.ok(takenOnTheWay(keys) < 16, `${takenOnTheWay(keys)}`);
  }
  const first = hashOf(rowOf(17, 64), 0, 9);
  for (let i = 1; i < 8; i++) assert.equal(hashOf(rowOf(17, 64 + i), 0, 9), first + i);
});

test('a hash is of all bytes', () => {
  const hashes = new Set<number>([hashOf(rowOf(16, 300, 'file-name-1'), 0, 20)]);
  for (let at = 0; at < 20; at++) {
    const key = rowOf(16, 300, 'file-name-1');
    key[at] = (key[at] as number) ^ 0x10;
    hashes.add(hashOf(key, 0, 20));
  }
  for (let length = 1; length < 20; length++) hashes.add(hashOf(rowOf(16, 300, 'file-name-1'), 0, length));
  assert.equal(hashes.size, 40);
});
