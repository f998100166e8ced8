import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativize } from './item.js';
import { absolute, baseName, normalize, parentOf, parseName, quotePath, showName } from './name.js';

test('a typed name falls into scheme, authority and path, and shows itself again', () => {
  for (const [text, scheme, authority, path] of [
    ['/a/b', undefined, undefined, '/a/b'],
    ['a b%20+ü', undefined, undefined, 'a b%20+ü'],
    ['hdfs://h:1/x', 'hdfs', 'h:1', '/x'],
    ['hdfs://h:1', 'hdfs', 'h:1', ''],
    ['hdfs:///x', 'hdfs', '', '/x'],
    ['file:/x', 'file', undefined, '/x'],
    ['/a:b', undefined, undefined, '/a:b'],
  ] as const) {
    const name = parseName(text);
    assert.deepEqual([name.scheme, name.authority, name.path], [scheme, authority, path], text);
    assert.equal(showName(name), text);
  }
  for (const bad of ['', 'a:b', ':x']) assert.throws(() => parseName(bad), bad);
});

test('paths are normalized and made absolute', () => {
  for (const [text, path] of [
    ['/', '/'],
    ['//a///b/', '/a/b'],
    ['/a/./b/../c', '/a/c'],
    ['x/', '/user/u/x'],
    ['.', '/user/u'],
    ['../..', '/'],
  ] as const) {
    assert.equal(absolute(text, '/user/u'), path, text);
  }
  assert.equal(normalize('a//b'), 'a/b');
  assert.equal(baseName('/a/b'), 'b');
  assert.deepEqual([parentOf('/a/b'), parentOf('/a'), parentOf('/')], ['/a', '/', undefined]);
});

test('a found path is told as seen from the home folder', () => {
  assert.equal(relativize('/user/u', '/user/u'), '.');
  assert.equal(relativize('/user/u', '/user/u/x/y'), 'x/y');
  assert.equal(relativize('/user/u', '/user'), '..');
  assert.equal(relativize('/user/u', '/g/x'), '../../g/x');
});

test('paths are quoted as java.net.URI quotes them', () => {
  assert.equal(quotePath('/a b/%/[x]{y}?#'), '/a%20b/%25/%5Bx%5D%7By%7D%3F%23');
  assert.equal(quotePath("/ü+;=@&$,~!*()'"), "/ü+;=@&$,~!*()'");
});
