import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ConfigError,
  clientOptions,
  clientRules,
  configurationPage,
  datanodeOptions,
  datanodeRules,
  loadConfig,
  namenodeOptions,
  namenodeRules,
  option,
  optional,
  parseHadoopXml,
  readConfigFile,
  readConfigFolder,
  types,
  writeHadoopXml,
} from './index.js';

/** Hadoop's reference to another property. */
const ref = (name: string) => `$\{${name}}`;

const table = {
  name: optional({
    key: 'x.name',
    type: types.text(),
    help: 'A name.',
    flag: 'name',
    variable: 'X_NAME',
    scoped: true,
  }),
  count: option({ key: 'x.count', type: types.integer(1, 9), default: '3', help: 'A count.', flag: 'count' }),
  folder: option({ key: 'x.folder', type: types.text(), default: `${ref('x.base')}/f`, help: 'A folder.' }),
};

const noInclude = () => assert.fail('nothing to include');
const xml = (...files: string[]) => files.flatMap((text, i) => parseHadoopXml(text, `file${i}.xml`, noInclude));
const file = (properties: Record<string, string>) => writeHadoopXml(properties);
const system = { 'user.name': 'ann' };

function problemsOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail('no error');
}

describe('sources', () => {
  test('flags go before -D, environment, files and defaults', () => {
    const sources = {
      flags: { name: 'flag' },
      properties: { 'x.name': 'property' },
      environment: { X_NAME: 'environment' },
      xml: xml(file({ 'x.name': 'file' })),
    };
    const seen: unknown[] = [];
    for (const dropped of ['', 'flags', 'properties', 'environment', 'xml']) {
      if (dropped !== '') delete (sources as Record<string, unknown>)[dropped];
      const config = loadConfig(table, sources);
      seen.push(config.get(table.name), config.sourceOf(table.name));
    }
    assert.deepEqual(seen, [
      ...['flag', 'flag --name', 'property', '-D x.name', 'environment', 'environment variable X_NAME'],
      ...['file', 'file0.xml', undefined, 'default'],
    ]);
  });

  test('a later file goes before an earlier one unless that says final', () => {
    const first = `<configuration>
      <property><name> x.count </name><value>\n 4 </value><final>true</final></property>
      <property><name>x.name</name><value>one</value></property>
      <property name="x.base" value="/b"/>
    </configuration>`;
    const config = loadConfig(table, { xml: xml(first, file({ 'x.count': '5', 'x.name': 'two' })) });
    assert.equal(config.get(table.count), 4);
    assert.equal(config.get(table.name), 'two');
    assert.equal(config.get(table.folder), '/b/f');
  });

  test('an empty value counts as not set, an old key as the new one', () => {
    const old = loadConfig(namenodeOptions, {
      system,
      xml: xml(file({ 'dfs.block.size': '1m', 'dfs.replication': '' })),
    });
    assert.equal(old.get(namenodeOptions.blockSizeBytes), 1 << 20);
    assert.equal(old.get(namenodeOptions.replication), 3);
    assert.equal(old.raw('dfs.block.size'), '1m');
  });

  test('a node finds what is set for it, then for its nameservice, then for all', () => {
    const files = xml(file({ 'x.name': 'all', 'x.name.ns': 'service', 'x.name.ns.n1': 'node' }));
    const name = (scope?: { nameservice: string; node?: string }) =>
      loadConfig(table, { xml: files, ...(scope && { scope }) }).get(table.name);
    assert.equal(name({ nameservice: 'ns', node: 'n1' }), 'node');
    assert.equal(name({ nameservice: 'ns', node: 'n2' }), 'service');
    assert.equal(name({ nameservice: 'other', node: 'n1' }), 'all');
    assert.equal(name(), 'all');
  });

  test('suffixed keys have the type of their option, others can be read raw', () => {
    const config = loadConfig(namenodeOptions, {
      system,
      xml: xml(
        file({
          'dfs.ha.namenodes.ns': 'n1, n2',
          'dfs.namenode.rpc-address.ns.n1': 'one:8020',
          'dfs.namenode.rpc-address.ns.n2': 'not an address',
        }),
      ),
    });
    assert.deepEqual(config.suffixed(namenodeOptions.namenodeIds, 'ns'), ['n1', 'n2']);
    assert.deepEqual(config.suffixed(namenodeOptions.namenodeRpcAddress, 'ns', 'n1'), { host: 'one', port: 8020 });
    assert.equal(config.suffixed(namenodeOptions.namenodeRpcAddress, 'ns', 'n3'), undefined);
    assert.match(
      problemsOf(() => config.suffixed(namenodeOptions.namenodeRpcAddress, 'ns', 'n2')),
      /dfs\.namenode\.rpc-address\.ns\.n2 = "not an address" \(file0\.xml\): host:port/,
    );
    assert.deepEqual([...config.withPrefix('dfs.ha.namenodes.')], [['ns', 'n1, n2']]);
    assert.equal(config.raw('no.such.key'), undefined);
  });
});

describe('substitution', () => {
  const value = (text: string, properties: Record<string, string> = {}) =>
    loadConfig(table, {
      environment: { HOME_DIR: '/home', EMPTY: '' },
      system,
      xml: xml(file({ ...properties, 'x.name': text })),
    }).get(table.name);

  test('names properties, defaults, the system and the environment', () => {
    assert.equal(value(`${ref('a')}/${ref('b')}`, { a: `1${ref('b')}`, b: '2' }), '12/2');
    assert.equal(value(`${ref('x.count')}`), '3');
    assert.equal(value(`/tmp/${ref('user.name')}`), '/tmp/ann');
    assert.equal(value(`${ref('env.HOME_DIR')}`), '/home');
    assert.equal(value(`${ref('env.NONE-word')}${ref('env.EMPTY-word')}${ref('env.EMPTY:-other')}`), 'wordother');
    assert.equal(value(`${ref('unknown')} ${ref('env.NONE')} $x {y}`), `${ref('unknown')} ${ref('env.NONE')} $x {y}`);
  });

  test('a circle is an error that names the key', () => {
    assert.match(
      problemsOf(() => value(`${ref('a')}`, { a: `${ref('b')}`, b: `${ref('a')}` })),
      /x\.name.*leads back to itself/,
    );
  });
});

describe('errors', () => {
  test('all bad values are told at once, each with key, value, place and what is expected', () => {
    const files = xml(file({ 'x.count': 'many' }));
    assert.equal(
      problemsOf(() =>
        loadConfig(
          { ...table, other: { ...table.count, flag: 'o', key: 'x.other' } },
          { xml: files, flags: { o: '10' } },
        ),
      ),
      'x.count = "many" (file0.xml): a whole number from 1 to 9 is expected\n' +
        'x.other = "10" (flag --o): a whole number from 1 to 9 is expected',
    );
  });

  test('contradictions name all keys of the rule', () => {
    const load = (properties: Record<string, string>) => () =>
      loadConfig(namenodeOptions, { system, xml: xml(file(properties)) }, namenodeRules);
    assert.match(
      problemsOf(load({ 'dfs.bytes-per-checksum': '500' })),
      /dfs\.blocksize, dfs\.bytes-per-checksum = "134217728, 500" \(default, file0\.xml\): .*multiple/,
    );
    assert.match(
      problemsOf(load({ 'dfs.namenode.replication.min': '4' })),
      /dfs\.namenode\.replication\.min, dfs\.replication/,
    );
    assert.match(problemsOf(load({ 'dfs.namenode.name.dir': '/a,/b,file:///a' })), /\/a stands there twice/);
    assert.match(
      problemsOf(() =>
        loadConfig(
          datanodeOptions,
          { system, properties: { 'dfs.datanode.failed.volumes.tolerated': '1' } },
          datanodeRules,
        ),
      ),
      /fewer volumes may fail/,
    );
  });

  test('what is not a configuration file is refused with file and line', () => {
    assert.match(
      problemsOf(() => xml('<configuration><property></configuration>')),
      /file0\.xml.*line 1/,
    );
    assert.match(
      problemsOf(() => xml('<other/>')),
      /<configuration> is expected/,
    );
  });

  test('a default that is none of its type is a bug', () => {
    assert.throws(() => option({ key: 'k', type: types.integer(), default: 'x', help: '' }), /default of k/);
  });
});

test('the defaults of all tables hold', () => {
  const client = loadConfig(clientOptions, { system }, clientRules);
  assert.equal(client.get(clientOptions.datanodeRestartTimeoutMs), 30_000);
  const namenode = loadConfig(namenodeOptions, { system }, namenodeRules);
  assert.deepEqual(namenode.get(namenodeOptions.nameDirs), [{ type: 'DISK', path: '/tmp/hadoop-ann/dfs/name' }]);
  assert.equal(namenode.get(namenodeOptions.safemodeThreshold), 0.999);
  assert.equal(namenode.get(namenodeOptions.heartbeatIntervalMs), 3000);
  const datanode = loadConfig(datanodeOptions, { system }, datanodeRules);
  assert.deepEqual(datanode.get(datanodeOptions.dataAddress), { host: '0.0.0.0', port: 9866 });
  assert.equal(datanode.get(datanodeOptions.dataDirPermissions), 0o700);
});

test('no key or flag is declared twice in a table', () => {
  for (const each of [clientOptions, namenodeOptions, datanodeOptions]) {
    const options = Object.values(each);
    const keys = options.map(({ key }) => key);
    assert.deepEqual(keys.length, new Set(keys).size);
    const flags = options.map(({ flag }) => flag).filter((flag) => flag !== undefined);
    assert.equal(flags.length, new Set(flags).size, flags.join());
  }
});

test('types', () => {
  const duration = types.duration('s');
  assert.deepEqual(
    ['5', '5ms', '2 m', '1H', '1d', '1500us', '-1', '1.5s', 's', ''].map((text) => duration.parse(text)),
    [5000, 5, 120_000, 3_600_000, 86_400_000, 1.5, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(
    ['0', '64k', '128M', '1g', '2T', '1p', '9p', '1kb', '1.5m', '-1'].map((text) => types.size().parse(text)),
    [0, 65_536, 134_217_728, 2 ** 30, 2 ** 41, 2 ** 50, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(
    ['TRUE', 'false', 'yes'].map((text) => types.boolean().parse(text)),
    [true, false, undefined],
  );
  assert.deepEqual(
    ['-7', '0x1F', '1e3', '1.0', ''].map((text) => types.integer().parse(text)),
    [-7, 31, undefined, undefined, undefined],
  );
  assert.deepEqual(
    ['0.999f', '.5', '2d', '1e-3', 'f', '0x1'].map((text) => types.decimal().parse(text)),
    [0.999, 0.5, 2, 0.001, undefined, undefined],
  );
  assert.deepEqual(types.list().parse(' a, b ,,c '), ['a', 'b', 'c']);
  assert.equal(types.choice('DISK', 'SSD').parse('ssd'), 'SSD');
  const address = types.address(8020);
  assert.deepEqual(address.parse('hdfs://nn1:9000/path'), { host: 'nn1', port: 9000 });
  assert.deepEqual(address.parse('nn1'), { host: 'nn1', port: 8020 });
  assert.deepEqual(address.parse('[::1]:50'), { host: '::1', port: 50 });
  for (const bad of ['nn1:', ':8020', 'a b:1', 'nn1:99999', 'nn1:port'])
    assert.equal(address.parse(bad), undefined, bad);
  assert.equal(types.address().parse('nn1'), undefined);
  assert.deepEqual(types.addresses().parse('a:1, b:2'), [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ]);
  assert.deepEqual(types.folders().parse('[ssd]file:///data/1, /data/2,[DISK]/data/3,file:/a%20b'), [
    { type: 'SSD', path: '/data/1' },
    { type: 'DISK', path: '/data/2' },
    { type: 'DISK', path: '/data/3' },
    { type: 'DISK', path: '/a b' },
  ]);
  for (const bad of ['[FLOPPY]/a', 'hdfs://nn/a', 'file://host/a'])
    assert.equal(types.folders().parse(bad), undefined, bad);
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-config-'));
  after(() => rmSync(folder, { recursive: true }));

  test('core-site.xml, then hdfs-site.xml, with what they include', () => {
    assert.deepEqual(readConfigFolder(folder), []);
    writeFileSync(join(folder, 'hdfs-site.xml'), file({ 'x.count': '2' }));
    writeFileSync(join(folder, 'more.xml'), file({ 'x.name': 'more' }));
    writeFileSync(
      join(folder, 'core-site.xml'),
      '<?xml version="1.0"?><!-- c --><configuration xmlns:xi="http://www.w3.org/2001/XInclude">' +
        '<property><name>x.name</name><value>core</value></property><xi:include href="more.xml"/></configuration>',
    );
    const config = loadConfig(table, { xml: readConfigFolder(folder) });
    assert.equal(config.get(table.count), 2);
    assert.equal(config.get(table.name), 'more');
    assert.equal(config.sourceOf(table.name), join(folder, 'more.xml'));
  });

  test('an absent file and one that includes itself are errors', () => {
    assert.match(
      problemsOf(() => readConfigFile(join(folder, 'absent.xml'))),
      /absent\.xml.*cannot be read/,
    );
    const self = join(folder, 'self.xml');
    writeFileSync(self, '<configuration><xi:include href="self.xml"/></configuration>');
    assert.match(
      problemsOf(() => readConfigFile(self)),
      /without end/,
    );
  });
});

test('what is written as XML is read again', () => {
  // XML has no control characters, and values are trimmed.
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((value) => value.replace(/\p{C}/gu, '').trim());
  fc.assert(
    fc.property(
      fc.dictionary(
        text.filter((name) => name !== ''),
        text,
      ),
      (properties) => {
        const read = parseHadoopXml(writeHadoopXml(properties), 'f', noInclude);
        assert.deepEqual(
          read.map(({ name, value }) => [name, value]),
          Object.entries(properties),
        );
      },
    ),
  );
});

test('the page lists every option by key, with flag and environment', () => {
  const page = configurationPage([{ title: 'Things', intro: 'All of them.', table }]);
  assert.match(page, /^## Things\n\nAll of them\.\n\n\| key \|/);
  assert.deepEqual(
    [...page.matchAll(/^\| `(x\.\w+)`/gm)].map((match) => match[1]),
    ['x.count', 'x.folder', 'x.name'],
  );
  assert.match(page, /\| `x\.count` \| `3` \| a whole number from 1 to 9 \| A count\. \(flag `--count`\) \|/);
  assert.match(page, /flag `--name`, environment `X_NAME`, per node as/);
});

test('an option whose key has a name in it has a value for each name that somebody sets', () => {
  const load = (properties: Readonly<Record<string, string>>) => loadConfig(namenodeOptions, { properties, system });
  const config = load({
    'hadoop.proxyuser.hue.users': 'ann, bob',
    'hadoop.proxyuser.a.b.users': '*',
    'hadoop.proxyuser.hue.hosts': '10.0.0.0/8,gateway',
    'hadoop.proxyuser.empty.users': '',
    'hadoop.proxyuser.users': 'x',
  });
  assert.deepEqual(
    [...config.matching(namenodeOptions.proxyUserUsers)],
    [
      ['hue', ['ann', 'bob']],
      ['a.b', ['*']],
    ],
  );
  assert.deepEqual([...config.matching(namenodeOptions.proxyUserHosts)], [['hue', ['10.0.0.0/8', 'gateway']]]);
  assert.throws(
    () => load({ 'hadoop.proxyuser.hue.hosts': '10.0.0.0/33' }),
    /hadoop\.proxyuser\.hue\.hosts.*10\.0\.0\.0\/33/s,
  );
});
