import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binaryPrefix, javaDate } from './index.js';

test('counts carry a binary prefix, and decimals only when they are not whole', () => {
  assert.equal(binaryPrefix(0, 'B', 2), '0 B');
  assert.equal(binaryPrefix(1023, 'B', 2), '1023 B');
  assert.equal(binaryPrefix(1536, 'B', 2), '1.50 KB');
  assert.equal(binaryPrefix(2048, 'B', 2), '2 KB');
  assert.equal(binaryPrefix(1024 ** 2 - 1, 'B', 2), '1.00 MB');
  assert.equal(binaryPrefix(-1536, '', 1), '-1.5 K');
  assert.equal(binaryPrefix(5 * 1024 ** 4, 'B', 2), '5 TB');
});

test('dates look like those of Java', () => {
  assert.match(javaDate(Date.UTC(2026, 10, 21, 12, 30, 5)), /^(Sat|Sun|Fri) Nov 2\d \d\d:\d\d:05 \S+ 2026$/);
});
