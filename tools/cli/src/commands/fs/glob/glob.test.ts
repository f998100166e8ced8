import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../command/errors.js';
import { expandGroups } from './expand.js';
import { Pattern } from './pattern.js';

const matches = (glob: string, name: string): boolean => new Pattern(glob).matches(name);

test('one step with wildcards means what it means to Hadoop (GlobPattern)', () => {
  for (const [glob, good, bad] of [
    ['*', ['', 'a', '.hidden', 'a b'], []],
    ['a*b', ['ab', 'axxb', 'a*b'], ['a', 'abc']],
    ['a?c', ['abc', 'aüc', 'a?c'], ['ac', 'abbc']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
    ['[^a-c]x', ['dx'], ['ax']],
    ['[!a-c]x', ['dx', '!x'], ['bx']],
    ['[a!]x', ['!x', 'ax'], ['bx']],
    ['{ab,c*}', ['ab', 'c', 'cde'], ['a', 'abc']],
    ['{a,{b,c}}d', ['ad', 'bd', 'cd'], ['d']],
    ['a,b', ['a,b'], ['a', 'b']],
    ['a}', ['a}'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['[\\]]', [']'], ['\\']],
    ['a.b+c(d)|$^', ['a.b+c(d)|$^'], ['axb']],
    ['a%20b +', ['a%20b +'], ['a b +']],
  ] as const) {
    for (const name of good) assert.ok(matches(glob, name), `${glob} ${name}`);
    for (const name of bad) assert.ok(!matches(glob, name), `${glob} not ${name}`);
  }
});

test('only wildcards make a pattern', () => {
  for (const plain of ['a', 'a.b', 'a b', '\\*', 'a,b', 'a}', '^', '!'])
    assert.equal(new Pattern(plain).isWild, false, plain);
  for (const wild of ['*', 'a?', '[a]', '{a,b}']) assert.equal(new Pattern(wild).isWild, true, wild);
});

test('what is left open is refused', () => {
  for (const bad of ['[a', '{a', 'a\\', '[a[b]']) assert.throws(() => new Pattern(bad), UsageError, bad);
});

test('groups that span steps are written out, others stay (GlobExpander)', () => {
  for (const [text, expanded] of [
    ['{a/b}', ['a/b']],
    ['/}{a/b}', ['/}a/b']],
    ['p{a/b,c/d}s', ['pa/bs', 'pc/ds']],
    ['{a/b,c/d,{e,f}}', ['a/b', 'c/d', '{e,f}']],
    ['{a/b,c/d}{e,f}', ['a/b{e,f}', 'c/d{e,f}']],
    ['{a,b}/{b,{c/d,e/f}}', ['{a,b}/b', '{a,b}/c/d', '{a,b}/e/f']],
    ['{a,b}/{c/\\d}', ['{a,b}/c/d']],
    ['{}', ['{}']],
    ['/{*,{a}}/x', ['/{*,{a}}/x']],
  ] as const) {
    assert.deepEqual(expandGroups(text), expanded, text);
  }
});
