import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DatanodeInfoProto, DatanodeInfoProto_AdminState, StorageTypeProto } from '@rfs/protocol/messages';
import { UsageError } from '../../options/index.js';
import { dfsadmin } from './index.js';
import { volumesText } from './on-datanodes.js';
import { OPEN_FILES_HEADER, openFilesText } from './open-files.js';
import { racksOf, topologyText } from './topology.js';
import { checkpointWindow } from './upkeep.js';
import { hostAndPort, longText, longWithPrefix, NotANumber, popFlag, popValue } from './words.js';

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command that needs no cluster to be refused. */
async function run(...words: readonly string[]): Promise<Told> {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    interactive: false,
    columns: 80,
  };
  const code = await dfsadmin.run(words, { terminal, environment: {}, workingFolder: '/' });
  return { code, out, err };
}

describe('words', () => {
  test('numbers may have a binary prefix, of either case', () => {
    assert.equal(longWithPrefix(' 20m '), 20 * 1024 ** 2);
    assert.equal(longWithPrefix('-1230K'), -1230 * 1024);
    assert.equal(longWithPrefix('+7'), 7);
    assert.equal(longWithPrefix('3p'), 3 * 1024 ** 5);
  });

  test("numbers that are none are refused in Java's words", () => {
    assert.throws(() => longWithPrefix('xk'), new NotANumber('For input string: "x"'));
    assert.throws(() => longWithPrefix(''), new NotANumber('For input string: ""'));
    assert.throws(() => longWithPrefix('9223372036854775808'), NotANumber);
    assert.throws(() => longWithPrefix('8e'), new UsageError('8e does not fit in a Long'));
    assert.throws(
      () => longWithPrefix('5z'),
      /Invalid size prefix 'z' in '5z'\. Allowed prefixes are k, m, g, t, p, e/,
    );
  });

  test("the largest long has Java's digits", () => {
    assert.equal(longText(2 ** 63), '9223372036854775807');
    assert.equal(longText(-1), '-1');
  });

  test('an address has a host and a port', () => {
    assert.deepEqual(hostAndPort(' node-1.example:9867'), { host: 'node-1.example', port: 9867 });
    assert.deepEqual(hostAndPort('[::1]:1'), { host: '::1', port: 1 });
    for (const wrong of ['node', 'node:', ':1', 'node:1/x', 'node:99999', '::1:1']) {
      assert.throws(() => hostAndPort(wrong), new UsageError(`Does not contain a valid host:port authority: ${wrong}`));
    }
  });

  test('options may stand anywhere; a value must follow those that have one', () => {
    const words = ['-path', '/a', 'b', '-incremental'];
    assert.equal(popValue(words, '-path'), '/a');
    assert.equal(popFlag(words, '-incremental'), true);
    assert.equal(popFlag(words, '-incremental'), false);
    assert.deepEqual(words, ['b']);
    assert.throws(() => popValue(['-path'], '-path'), new UsageError('option -path requires 1 argument.'));
  });

  test('the age of a checkpoint comes from the configuration', () => {
    const set = new Map([
      ['dfs.namenode.checkpoint.period', '5m'],
      ['dfs.namenode.missing.checkpoint.periods.before.shutdown', '2'],
    ]);
    assert.deepEqual(checkpointWindow({ raw: (key) => set.get(key) }), { timeWindow: 600, txGap: 2_000_000 });
    assert.deepEqual(checkpointWindow({ raw: () => undefined }), { timeWindow: 10_800, txGap: 3_000_000 });
  });
});

describe('text', () => {
  const node = (ipAddr: string, location: string, adminState?: DatanodeInfoProto_AdminState): DatanodeInfoProto => ({
    id: { ipAddr, hostName: ipAddr, datanodeUuid: ipAddr, xferPort: 9866, infoPort: 1, ipcPort: 2 },
    location,
    adminState,
  });

  test('the topology is a tree of racks and datanodes in the order of their names', async () => {
    const nodes = [
      node('10.0.0.3', '/b'),
      node('10.0.0.2', '/a', DatanodeInfoProto_AdminState.DECOMMISSION_INPROGRESS),
      node('10.0.0.1', '/a'),
    ];
    const racks = await racksOf(nodes, async (address) => `host${address.at(-1)}`);
    assert.equal(
      topologyText(racks),
      [
        'Rack: /a',
        '   10.0.0.1:9866 (host1) In Service',
        '   10.0.0.2:9866 (host2) Decommission In Progress',
        '',
        'Rack: /b',
        '   10.0.0.3:9866 (host3) In Service',
        '\n',
      ].join('\n'),
    );
  });

  test('open files are a table', () => {
    const row = { clientMachine: '127.0.0.1', clientName: 'DFSClient_NONMAPREDUCE_1_1', path: '/a' };
    assert.equal(
      OPEN_FILES_HEADER + openFilesText([row]),
      'Client Host         \tClient Name         \tOpen File Path\n' +
        '127.0.0.1           \tDFSClient_NONMAPREDUCE_1_1\t                  /a\n',
    );
  });

  test('volumes are told with their room', () => {
    const volume = { path: '/d', usedSpace: 1536, freeSpace: 2048, reservedSpace: 0, reservedSpaceForReplicas: 0 };
    assert.equal(
      volumesText([{ ...volume, storageType: StorageTypeProto.SSD, numBlocks: 3 }]),
      [
        'Active Volumes : 1',
        '',
        'Directory: /d',
        'StorageType: SSD',
        'Capacity Used: 1536(1.50 KB)',
        'Capacity Left: 2048(2 KB)',
        'Capacity Reserved: 0(0 B)',
        'Reserved Space for Replicas: 0(0 B)',
        'Blocks: 3\n',
      ].join('\n'),
    );
  });
});

describe('refusals without a cluster', () => {
  const refusals: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
    [['-frob'], 255, /^frob: Unknown command\nUsage: rfs dfsadmin /],
    [['-printTopology', 'x'], 255, /^Usage: rfs dfsadmin \[-printTopology\]\n$/],
    [['-safemode', 'bogus'], 255, /^Usage: rfs dfsadmin \[-safemode enter \|/],
    [['-report', '-alive'], 255, /^report: -alive is none of -live, -dead/],
    [
      ['-getDatanodeInfo', 'bogus'],
      255,
      /^getDatanodeInfo: Does not contain a valid host:port authority: bogus\nUsage: /,
    ],
    [['-triggerBlockReport', '-incremental'], 1, /^You must specify a host:port pair\.\n$/],
    [['-triggerBlockReport', 'a:1', 'b', '-x'], 1, /^Can't understand arguments: b -x\n$/],
    [['-setBalancerBandwidth', '-5'], 255, /^Bandwidth should be a non-negative integer\n$/],
    [['-setBalancerBandwidth', 'xk'], 255, /^NumberFormatException: For input string: "x"\nUsage: /],
    [['-setQuota', '/q'], 255, /^setQuota: Not enough arguments: expected 2 but got 1\nUsage: /],
    [['-setQuota', '0', '/q'], 255, /^setQuota: Invalid values for quota : 0 and 9223372036854775807\nUsage: /],
    [['-setSpaceQuota', 'xk', '/q'], 255, /^setSpaceQuota: "xk" is not a valid value for a quota\.\nUsage: /],
    [['-setSpaceQuota', '1g', '-storageType', 'TAPE', '/q'], 255, /^setSpaceQuota: Storage type TAPE is not available/],
    [
      ['-clrSpaceQuota', '-storageType', 'tape', '/q'],
      255,
      /No enum constant org\.apache\.hadoop\.fs\.StorageType\.TAPE/,
    ],
    [['-clrQuota', '-z', '/q'], 255, /^clrQuota: Illegal option -z\nUsage: /],
    [['-shutdownDatanode', 'a:1', 'now'], 255, /^Usage: rfs dfsadmin \[-shutdownDatanode /],
    [['-upgrade', 'bogus'], 255, /^Usage: rfs dfsadmin \[-upgrade /],
    [['-fs', 'file:///', '-rollEdits'], 255, /^rollEdits: FileSystem file:\/\/\/ is not an HDFS file system\nUsage: /],
    [['-D', 'x', '-rollEdits'], 2, /^dfsadmin: -D x: name=value is expected\n$/],
  ];
  for (const [words, code, err] of refusals) {
    test(words.join(' '), async () => {
      const told = await run(...words);
      assert.match(told.err, err);
      assert.equal(told.code, code);
      assert.equal(told.out, '');
    });
  }

  test('the help lists every command, or tells of one', async () => {
    const all = await run('-help');
    assert.equal(all.code, 0);
    for (const name of ['-report', '-printTopology', '-evictWriters', '-clrSpaceQuota', '-help [cmd]']) {
      assert.ok(all.out.includes(`\n  ${name}`), name);
    }
    assert.equal(
      (await run('-help', 'rollEdits')).out,
      '  -rollEdits\n        Begins a new segment of the edit log.\n',
    );
  });
});
