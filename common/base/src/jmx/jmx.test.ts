import assert from 'node:assert/strict';
import { test } from 'node:test';
import { javaDouble, javaFloat } from '../java-text/index.js';
import { answerJmx, type Bean } from './answer.js';
import { compactJson, type JmxObject, prettyJson } from './json.js';
import { parseName, parsePattern } from './object-name.js';

test('numbers print as Java prints floats and doubles', () => {
  const floats: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [252, '252.0'],
    [100, '100.0'],
    [29.646305, '29.646305'],
    [(24576 * 100) / 270553174016, '9.083612E-6'],
    [0.001, '0.001'],
    [9_999_999, '9999999.0'],
    [10_000_000, '1.0E7'],
    [-0.0005, '-5.0E-4'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of floats) assert.equal(javaFloat(value).text, text);
  assert.equal(javaDouble(0.2666666666666667).text, '0.2666666666666667');
  assert.equal(javaDouble(1.5e-9).text, '1.5E-9');
});

test("the layout is that of Apache's servlet", () => {
  const value = {
    beans: [
      { name: 'a', n: 3, list: ['x', 'y'], none: [], nothing: null, pair: [{ key: 'k', value: 1 }], empty: {} },
      { name: 'b"\n', inner: { used: 5 }, share: javaFloat(50) },
    ],
  };
  assert.equal(
    prettyJson(value),
    `{
  "beans" : [ {
    "name" : "a",
    "n" : 3,
    "list" : [ "x", "y" ],
    "none" : [ ],
    "nothing" : null,
    "pair" : [ {
      "key" : "k",
      "value" : 1
    } ],
    "empty" : { }
  }, {
    "name" : "b\\"\\n",
    "inner" : {
      "used" : 5
    },
    "share" : 50.0
  } ]
}`,
  );
  assert.equal(compactJson({ a: [1, { b: javaFloat(2) }], c: '/x' }), '{"a":[1,{"b":2.0}],"c":"/x"}');
});

test('patterns choose beans as ObjectName does', () => {
  const name = parseName('Hadoop:service=NameNode,name=FSNamesystemState');
  const cases: readonly (readonly [string, boolean | undefined])[] = [
    ['', true],
    ['*:*', true],
    ['Hadoop:*', true],
    ['Hadoop:service=NameNode,name=FSNamesystemState', true],
    ['Hadoop:name=FSNamesystemState,service=NameNode', true],
    ['Hadoop:name=FSNamesystemState,*', true],
    ['Hadoop:name=FSNamesystemState', false],
    ['Hadoop:service=NameNode,name=FSName*', true],
    ['H?doop:service=Name*ode,name=*System*', false],
    ['H?doop:service=Name*ode,name=*system*', true],
    ['java.lang:*', false],
    ['Hadoop:service=NameNode,name=*,foo=bar', false],
    [`Hadoop:service=NameNode,name=${'*?'.repeat(5000)}`, false],
    ['bad', undefined],
    ['Hadoop:', undefined],
    ['Hadoop:name', undefined],
    ['Hadoop:=x', undefined],
    ['Hadoop:a=1,a=2', undefined],
  ];
  for (const [pattern, fits] of cases) assert.equal(parsePattern(pattern)?.matches(name), fits, pattern);
});

const beans: readonly Bean<null>[] = ['A', 'B', 'C'].map((name) => {
  const text = `Hadoop:service=NameNode,name=${name}`;
  const attributes = { Name: name, Zero: 0, Null: null, ...(name === 'B' ? {} : { Most: true }) };
  return { text, name: parseName(text), modelerType: `Type${name}`, attributes: (): JmxObject => attributes };
});

test('an attribute, a missing one and malformed questions are answered as by Apache', () => {
  const ask = (query: Parameters<typeof answerJmx>[2]) => JSON.parse(answerJmx(beans, null, query)) as unknown;
  const head = (name: string) => ({ name: `Hadoop:service=NameNode,name=${name}`, modelerType: `Type${name}` });
  const missing = (name: string, attribute: string) => ({
    ...head(name),
    result: 'ERROR',
    message: `No attribute with name ${attribute} was found.`,
  });
  const format = { result: 'ERROR', message: 'query format is not as expected.' };
  assert.deepEqual(ask({ get: 'Hadoop:service=NameNode,name=A::Zero' }), { beans: [{ ...head('A'), Zero: 0 }] });
  assert.deepEqual(ask({ get: 'Hadoop:service=NameNode,name=A::Nope' }), { beans: [missing('A', 'Nope')] });
  assert.deepEqual(ask({ get: 'Hadoop:service=NameNode,name=A::Null' }), { beans: [missing('A', 'Null')] });
  assert.deepEqual(ask({ get: '*:*::Most' }), { beans: [{ ...head('A'), Most: true }, missing('B', 'Most')] });
  for (const get of ['bad', 'Hadoop:name=A', 'Hadoop:name=A::', 'a:b=c::x::y']) assert.deepEqual(ask({ get }), format);
  assert.deepEqual(ask({ get: 'bad::Zero' }), {});
  assert.deepEqual(ask({ qry: 'bad' }), {});
  assert.deepEqual(ask({ qry: 'Hadoop:service=NameNode,name=Z' }), { beans: [] });
  assert.deepEqual(ask({ qry: ['*:name=B,*', 'bad'] }), { beans: [{ ...head('B'), Name: 'B', Zero: 0, Null: null }] });
  assert.equal((ask({}) as { beans: unknown[] }).beans.length, 3);
});
