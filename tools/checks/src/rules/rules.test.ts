import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSource } from '../source/index.js';
import {
  bannedCalls,
  describe,
  type Finding,
  fileLength,
  importCycles,
  layers,
  leftovers,
  type Project,
  unreadOptions,
  unusedExports,
  unusedFiles,
} from './index.js';

const packages = new Map([
  ['@rfs/base', 'common/base'],
  ['@rfs/protocol', 'common/protocol'],
  ['@rfs/client', 'common/client'],
  ['@rfs/namenode', 'namenode'],
  ['@rfs/datanode', 'datanode'],
]);

function project(sources: Readonly<Record<string, string>>): Project {
  return { files: Object.entries(sources).map(([path, text]) => makeSource(path, text)), packages };
}

function offenders(findings: readonly Finding[]): string[] {
  return findings.map(({ where }) => where);
}

test('a message names the rule, the offender and what to use instead', () => {
  const findings = bannedCalls(project({ 'datanode/src/store/a.ts': '\nconst at = Date.now();\n' }));
  assert.deepEqual(findings.map(describe), [
    'banned-calls: datanode/src/store/a.ts:2 calls Date.now (clock); take a Clock (@rfs/base/seams) in the constructor',
  ]);
});

test('layers: a package imports only what stands below it', () => {
  const findings = layers(
    project({
      'namenode/src/service/a.ts': "import { x } from '@rfs/datanode/store';",
      'common/base/src/ids/a.ts': "export { x } from '@rfs/protocol/rpc';",
      'datanode/src/transfer/a.ts': "import { x } from '@rfs/client/streams';",
      'common/client/src/streams/a.ts': "const x = await import('@rfs/namenode/service');",
    }),
  );
  assert.deepEqual(offenders(findings), [
    'namenode/src/service/a.ts:1',
    'common/base/src/ids/a.ts:1',
    'common/client/src/streams/a.ts:1',
  ]);
});

test('layers: a pure folder imports data types only, and its tests what they like', () => {
  const findings = layers(
    project({
      'namenode/src/raft/a.ts': "import { x } from '@rfs/base/bytes';\nimport type { y } from '@rfs/base/log';",
      'namenode/src/namespace/a.ts': "import { readFileSync } from 'node:fs';",
      'namenode/src/blocks/a.test.ts': "import { x } from '@rfs/base/log';\nimport { test } from 'node:test';",
    }),
  );
  assert.deepEqual(offenders(findings), ['namenode/src/raft/a.ts:2', 'namenode/src/namespace/a.ts:1']);
});

test('layers: a neighbour is imported by its index, and only one that the table allows', () => {
  const findings = layers(
    project({
      'namenode/src/service/a.ts': "import { x } from '../raft/index.js';\nimport { y } from '../raft/log.js';",
      'namenode/src/raft/a.ts': "import { x } from '../namespace/index.js';\nimport { y } from './log.js';",
    }),
  );
  assert.deepEqual(offenders(findings), ['namenode/src/service/a.ts:2', 'namenode/src/raft/a.ts:1']);
});

test('layers: a library is imported only where it is wrapped', () => {
  const findings = layers(
    project({
      'namenode/src/store/lmdb.ts': "import { open } from 'lmdb';",
      'namenode/src/service/a.ts': "import { open } from 'lmdb';",
    }),
  );
  assert.deepEqual(offenders(findings), ['namenode/src/service/a.ts:1']);
});

test('banned calls are found in code, not in comments, strings, templates or regular expressions', () => {
  const text = [
    '// Date.now() in a comment',
    "const a = 'Date.now()';",
    `const b = \`Date.now() \${Date.now()} Math.random()\`;`,
    'const c = /Date.now/.test(a) ? b / 2 : Math.random() / 3;',
    '/* setTimeout( */ clock.setTimer(5, () => setTimeout(go));',
  ].join('\n');
  assert.deepEqual(offenders(bannedCalls(project({ 'datanode/src/store/a.ts': text }))), [
    'datanode/src/store/a.ts:3',
    'datanode/src/store/a.ts:5',
    'datanode/src/store/a.ts:4',
  ]);
});

test('banned calls: modules count as calls, types of them do not, and a test must not sleep', () => {
  const findings = bannedCalls(
    project({
      'namenode/src/service/a.ts': "import { connect } from 'node:net';",
      'namenode/src/service/b.ts': "import type { Socket } from 'node:net';",
      'namenode/src/service/a.test.ts': "import { connect } from 'node:net';\nawait setTimeout(500);",
      'namenode/src/raft/a.ts': 'export async function tick() {}',
    }),
  );
  assert.deepEqual(offenders(findings), [
    'namenode/src/service/a.ts:1',
    'namenode/src/service/a.test.ts:2',
    'namenode/src/raft/a.ts:1',
  ]);
});

test('file length, with generated sources excepted', () => {
  const long = 'const a = 1;\n'.repeat(401);
  const findings = fileLength(project({ 'datanode/src/store/a.ts': long, 'common/protocol/src/generated/a.ts': long }));
  assert.deepEqual(offenders(findings), ['datanode/src/store/a.ts:1']);
});

test('leftovers', () => {
  const note = ['TO', 'DO'].join('');
  const findings = leftovers(
    project({
      'datanode/src/store/a.ts': `// ${note}: later\nconst a = 'test.only';\n`,
      'datanode/src/store/a.test.ts': `${'test'}.${'only'}('x', () => {});`,
    }),
  );
  assert.deepEqual(offenders(findings), ['datanode/src/store/a.ts:1', 'datanode/src/store/a.test.ts:1']);
});

test('import cycles: found at run time, forgiven for types', () => {
  const findings = importCycles(
    project({
      'datanode/src/store/a.ts': "import { b } from './b.js';",
      'datanode/src/store/b.ts': "import { c } from './c.js';\nimport type { D } from './d.js';",
      'datanode/src/store/c.ts': "import { a } from './a.js';",
      'datanode/src/store/d.ts': "import { b } from './b.js';",
    }),
  );
  assert.deepEqual(offenders(findings), ['datanode/src/store/a.ts:1']);
  assert.match(findings[0]?.what ?? '', /a\.ts -> .*b\.ts -> .*c\.ts -> .*a\.ts/);
});

test('unused exports and files, seen through indexes', () => {
  const sources = project({
    'common/base/src/ids/index.ts': "export { used, forgotten } from './ids.js';\nexport type { Id } from './ids.js';",
    'common/base/src/ids/ids.ts':
      'export type Id = number;\nexport function used(): Id { return 1; }\nexport const forgotten = 2;\nexport const alone = 3;',
    'common/base/src/ids/lost.ts': 'const a = 1;',
    'tools/cli/src/main.ts': "import { used } from '@rfs/base/ids';\nused();",
  });
  assert.deepEqual(offenders(unusedFiles(sources)), ['common/base/src/ids/lost.ts:1']);
  assert.deepEqual(
    unusedExports(sources).map(({ where, what }) => `${where} ${what}`),
    [
      'common/base/src/ids/index.ts:1 passes on forgotten, used by nobody',
      'common/base/src/ids/ids.ts:3 exports forgotten, used by nobody',
      'common/base/src/ids/ids.ts:4 exports alone, used by nobody',
    ],
  );
});

test('options: one that is declared is read by its name, or by its key in the default of another', () => {
  const findings = unreadOptions(
    project({
      'common/base/src/config/options/client.ts': [
        'export const clientOptions = {',
        "  used: option({ key: 'a.used', type: text() }),",
        '  idle: option({',
        "    key: 'a.idle',",
        '  }),',
        "  base: optional({ key: 'a.base', type: text() }),",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Hadoop's own syntax
        "  derived: option({ key: 'a.derived', default: '${a.base}/x' }),",
        '};',
      ].join('\n'),
      'common/base/src/config/rules.ts': 'options.idle;',
      'common/client/src/streams/a.test.ts': 'options.idle;',
      'common/client/src/streams/a.ts': 'config.get(clientOptions.used); config.get(o.derived);',
    }),
  );
  assert.deepEqual(offenders(findings), ['common/base/src/config/options/client.ts:3']);
});
