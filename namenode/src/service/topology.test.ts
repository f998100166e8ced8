import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Logger, silentLogger } from '@rfs/base/log';
import { seededRandom } from '@rfs/base/system';
import { BlockManager, DEFAULT_BLOCK_MANAGER_CONFIG } from '../blocks/index.js';
import { ClusterTopology, type TopologyOptions } from './topology.js';

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-topology-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
  const { topology: target } = new BlockManager(DEFAULT_BLOCK_MANAGER_CONFIG, seededRandom(1));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  };
  const open = (options: Partial<TopologyOptions>): Promise<ClusterTopology> =>
    ClusterTopology.open(target, {
      mapping: 'ScriptBasedMapping',
      table: undefined,
      script: undefined,
      scriptArguments: 2,
      logger,
      ...options,
    });
  return { folder, warnings, target, write, open };
}

const settled = (topology: ClusterTopology, address: string): Promise<void> =>
  new Promise((resolve) => topology.resolve(address, resolve));

test('a table gives racks by address and by name, and is read again on refresh', async (t) => {
  const { warnings, target, write, open } = setUp(t);
  const table = write('table', '# hosts\n10.0.0.1 /dc1/r1\n\n  host2\t/dc1/r2 \nthree columns here\nalone\n');
  const topology = await open({ mapping: 'TableMapping', table });
  await settled(topology, '10.0.0.1');
  assert.equal(target.resolve('10.0.0.1', 'host1'), '/dc1/r1');
  assert.equal(target.resolve('10.0.0.2', 'host2'), '/dc1/r2');
  assert.equal(target.resolve('10.0.0.3', 'host3'), '/default-rack');
  assert.equal(warnings.length, 2);
  write('table', '10.0.0.1 /dc1/r9\n');
  await topology.refresh();
  assert.equal(target.resolve('10.0.0.1'), '/dc1/r9');
  assert.equal(target.resolve('host2'), '/default-rack');
  rmSync(table);
  await topology.refresh();
  assert.equal(target.resolve('10.0.0.1'), '/dc1/r9', 'the old one stays');
  assert.equal(warnings.at(-1), 'the topology table cannot be read');
});

test('a script is asked about several hosts at a time, and never twice', async (t) => {
  const { folder, warnings, target, write, open } = setUp(t);
  const runs = join(folder, 'runs');
  const script = write('script', `#!/bin/sh\necho "$@" >> '${runs}'\nfor ip in "$@"; do echo /rack-\${ip##*.}; done\n`);
  const topology = await open({ script });
  await Promise.all(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => settled(topology, ip)));
  await settled(topology, '10.0.0.2');
  assert.equal(target.resolve('10.0.0.3', 'host3'), '/rack-3');
  assert.deepEqual(readFileSync(runs, 'utf8').trim().split('\n'), ['10.0.0.1', '10.0.0.2 10.0.0.3', '10.0.0.4']);
  await topology.refresh();
  assert.equal(target.resolve('10.0.0.3'), '/default-rack');
  await settled(topology, '10.0.0.3');
  assert.equal(target.resolve('10.0.0.3'), '/rack-3');
  assert.deepEqual(warnings, []);
});

test('a script that fails, hangs or miscounts leaves the default rack', async (t) => {
  const { warnings, target, write, open } = setUp(t);
  const scripts = [
    { script: write('fails', '#!/bin/sh\nexit 3\n') },
    { script: write('miscounts', '#!/bin/sh\necho /a /b\n') },
    { script: write('hangs', '#!/bin/sh\nexec sleep 60\n'), scriptTimeoutMs: 20 },
    { script: '/no/such/script' },
  ];
  for (const options of scripts) {
    await settled(await open(options), '10.0.0.1');
    assert.equal(target.resolve('10.0.0.1'), '/default-rack');
  }
  assert.equal(warnings.length, scripts.length);
});

test('with nothing configured every host is in the default rack at once', async (t) => {
  const { target, open, warnings } = setUp(t);
  let calls = 0;
  (await open({})).resolve('10.0.0.1', () => calls++);
  assert.equal(calls, 1);
  await open({ mapping: 'TableMapping' });
  assert.equal(target.resolve('10.0.0.1'), '/default-rack');
  assert.equal(warnings.length, 1);
});
