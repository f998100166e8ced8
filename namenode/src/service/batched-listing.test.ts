import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DirectoryListingProto } from '@rfs/protocol/messages';
import { batchedListing, type ListPath } from './batched-listing.js';

const NO_BYTES = new Uint8Array(0);
const LIMIT = 2;
const MAX_PATHS = 100;

const folders: Record<string, readonly string[]> = { '/a': ['1', '2', '3'], '/b': [], '/c': ['4'], '/file': [''] };

/** Pages of LIMIT names from the table above. */
const list: ListPath = (path, after) => {
  if (path === '/secret') return failure('AccessControlException', 'Permission denied');
  const names = folders[path]?.filter((name) => name > after || name === '');
  if (names === undefined) return undefined;
  const partialListing = names.slice(0, LIMIT).map((name) => ({ path: Buffer.from(name) }));
  return { partialListing, remainingEntries: names.length - partialListing.length } as unknown as DirectoryListingProto;
};

/** Every page's "path index: names", pages one after another. */
function pages(paths: string[]): string[][] {
  const all: string[][] = [];
  for (let startAfter: Uint8Array = NO_BYTES; ; ) {
    const found = batchedListing({ paths, startAfter, needLocation: false }, MAX_PATHS, LIMIT, list);
    assert.ok(!isFailure(found));
    all.push(
      found.listings.map(({ parentIdx, partialListing, exception }) => {
        const names = partialListing.map((entry) => Buffer.from(entry.path).toString());
        return `${parentIdx}: ${exception?.className ?? names.join(' ')}`;
      }),
    );
    if (!found.hasMore) return all;
    startAfter = found.startAfter;
  }
}

test('pages go on inside a folder and at the next path, and each path has its own refusal', () => {
  assert.deepEqual(pages(['/a', '/b', '/none', '/secret', '/c']), [
    ['0: 1 2'],
    ['0: 3', '1: ', '2: java.io.FileNotFoundException', '3: org.apache.hadoop.security.AccessControlException', '4: 4'],
  ]);
  assert.deepEqual(pages(['/file', '/c', '/file']), [['0: ', '1: 4'], ['2: ']]);
  assert.deepEqual(pages([]), [[]]);
});

test('too many paths and positions of other listings are refused', () => {
  const many = { paths: Array.from({ length: 101 }, () => '/b'), startAfter: NO_BYTES, needLocation: false };
  const refused = batchedListing(many, MAX_PATHS, LIMIT, list);
  assert.ok(isFailure(refused));
  assert.equal(refused.message, 'Too many source paths (101 > 100)');
  const first = batchedListing(
    { paths: ['/a', '/b'], startAfter: NO_BYTES, needLocation: false },
    MAX_PATHS,
    LIMIT,
    list,
  );
  assert.ok(!isFailure(first));
  for (const startAfter of [first.startAfter, Uint8Array.of(1)]) {
    const other = batchedListing({ paths: ['/a', '/c'], startAfter, needLocation: false }, MAX_PATHS, LIMIT, list);
    assert.ok(isFailure(other));
    assert.equal(other.code, 'IllegalArgumentException');
  }
});
