import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import { callerOf, Harness } from './harness.fixture.js';
import {
  BlockScan,
  CommandKind,
  checkPathLength,
  getContentSummary,
  getFileInfo,
  getListing,
  isValidName,
  SubtreeAccessScan,
} from './index.js';
import { modeText } from './permissions.js';

const file = { mode: 0o644, clientName: 'c', flags: 1, createParent: true, replication: 1, blockSizeBytes: 1000 };

function text(reply: unknown): string {
  return reply instanceof Failure ? `${reply.code}: ${reply.message}` : `no refusal but ${JSON.stringify(reply)}`;
}

describe('names and paths', () => {
  test('valid names are those of HDFS', () => {
    for (const good of ['/', '/a', '/a/', '/a b/%/+/ü', '/.snapshotx', '/a..b', '/.reserved/.inodes/1/..']) {
      assert.equal(isValidName(good), true, good);
    }
    for (const bad of ['', 'a', '/a/../b', '/.', '/a//b', '/a:b', '/..']) assert.equal(isValidName(bad), false, bad);
    assert.equal(checkPathLength('/a', 'create'), undefined);
    assert.match(checkPathLength(`/${'a'.repeat(8000)}`, 'create')?.message ?? '', /^create: Pathname too long/);
    assert.match(checkPathLength('/a'.repeat(1001), 'rename')?.message ?? '', /8000 characters, 1000 levels/);
  });

  test('limits of names and directories are met in words', () => {
    const harness = Harness.made();
    const long = `/${'ü'.repeat(128)}`;
    assert.match(
      text(harness.run('alice', CommandKind.MKDIRS, { path: long, mode: 0o755 })),
      /^PathComponentTooLongException: The maximum path component name limit of ü+ in directory \/ is exceeded: limit=255 length=256$/,
    );
    harness.run('root', CommandKind.CONFIGURE, { ...harness.machine.limits, maxDirectoryItems: 1 });
    assert.equal(harness.run('alice', CommandKind.MKDIRS, { path: '/one', mode: 0o755 }), true);
    assert.equal(
      text(harness.run('alice', CommandKind.MKDIRS, { path: '/two', mode: 0o755 })),
      'MaxDirectoryItemsExceededException: The directory item limit of / is exceeded: limit=1 items=1',
    );
    assert.match(
      text(harness.run('alice', CommandKind.MKDIRS, { path: '/.reserved', mode: 0 })),
      /is reserved and cannot/,
    );
  });

  test('an inode is found by its id, also below it and above it', () => {
    const harness = Harness.made();
    harness.run('alice', CommandKind.CREATE, { ...file, path: '/a/b/f' });
    const { tree } = harness.machine;
    const root = callerOf('root');
    const directory = getFileInfo(tree, root, '/a/b');
    assert.ok(directory !== undefined && !(directory instanceof Failure));
    const found = getFileInfo(tree, root, `/.reserved/.inodes/${directory.id}/f`);
    assert.ok(found !== undefined && !(found instanceof Failure));
    assert.equal(found.kind, 2);
    const above = getFileInfo(tree, root, `/.reserved/.inodes/${found.id}/..`);
    assert.deepEqual(above, directory);
    assert.match(
      text(getFileInfo(tree, root, '/.reserved/.inodes/99999')),
      /^FileNotFoundException: File for given inode/,
    );
    assert.match(text(getFileInfo(tree, root, '/.reserved/.inodes/x')), /^FileNotFoundException: Invalid inode path/);
  });

  test('what is reserved is a directory without an id', () => {
    const found = getFileInfo(Harness.made().machine.tree, callerOf('root'), '/.reserved');
    assert.ok(found !== undefined && !(found instanceof Failure));
    assert.deepEqual([found.kind, found.id, found.mode], [1, -1, 0o1770]);
  });
});

describe('permissions', () => {
  test('refusals read as in HDFS', () => {
    const harness = Harness.made({}, 0o755);
    harness.run('root', CommandKind.MKDIRS, { path: '/home', mode: 0o1777 });
    assert.equal(
      text(harness.run('bob', CommandKind.MKDIRS, { path: '/x', mode: 0o755 })),
      'AccessControlException: Permission denied: user=bob, access=WRITE, inode="/":root:supergroup:drwxr-xr-x',
    );
    harness.run('alice', CommandKind.MKDIRS, { path: '/home/alice', mode: 0o700 });
    assert.equal(
      text(harness.run('bob', CommandKind.CREATE, { ...file, path: '/home/alice/f' })),
      'AccessControlException: Permission denied: user=bob, access=EXECUTE, inode="/home/alice":alice:supergroup:drwx------',
    );
    assert.equal(
      text(harness.run('bob', CommandKind.DELETE, { path: '/home/alice', recursive: true })),
      'AccessControlException: Permission denied by sticky bit: user=bob, path="/home/alice":alice:supergroup:drwx------, ' +
        'parent="/home":root:supergroup:drwxrwxrwt',
    );
    assert.equal(
      text(harness.run('bob', CommandKind.SET_PERMISSION, { path: '/home/alice', mode: 0o777 })),
      'AccessControlException: Permission denied. user=bob is not the owner of inode=/home/alice',
    );
    assert.equal(
      text(harness.run('alice', CommandKind.SET_OWNER, { path: '/home/alice', owner: 'bob' })),
      'AccessControlException: User alice is not a super user (non-super user cannot change owner).',
    );
    assert.equal(
      text(harness.run('alice', CommandKind.SET_OWNER, { path: '/home/alice', group: 'others' })),
      'AccessControlException: User alice does not belong to others',
    );
    harness.run('alice', CommandKind.CREATE, { ...file, path: '/home/f' });
    assert.equal(
      text(harness.run('alice', CommandKind.MKDIRS, { path: '/home/f/below', mode: 0o755 })),
      'ParentNotDirectoryException: /home/f (is not a directory)',
    );
    assert.equal(
      text(getListing(harness.machine.tree, callerOf('alice'), '/home/f/below', '')),
      'AccessControlException: /home/f (is not a directory)',
    );
    assert.equal(modeText(0o1770), 'rwxrwx--T');
  });

  test('are not asked when they are turned off, and changes not in safe mode', () => {
    const harness = Harness.made({}, 0o755);
    harness.run('root', CommandKind.CONFIGURE, { ...harness.machine.limits, permissionsEnabled: false });
    assert.equal(harness.run('bob', CommandKind.MKDIRS, { path: '/x', mode: 0o755 }), true);
    assert.equal(harness.run('root', CommandKind.SET_SAFE_MODE, { on: true }), true);
    assert.match(
      text(harness.run('bob', CommandKind.MKDIRS, { path: '/y', mode: 0o755 })),
      /^SafeModeException: Cannot create directory \/y. Name node is in safe mode.\nIt was turned on manually/,
    );
    harness.restart();
    assert.equal(harness.machine.state.safeMode, true);
    assert.equal(harness.run('root', CommandKind.SET_SAFE_MODE, { on: false }), false);
  });
});

describe('many entries', () => {
  function filled(files: number): Harness {
    const harness = Harness.made();
    harness.run('alice', CommandKind.MKDIRS, { path: '/big/deep/er', mode: 0o755 });
    const entries = Array.from({ length: files }, (_, i) =>
      harness.entry('alice', CommandKind.CREATE, { ...file, path: `/big/deep/f${String(i).padStart(5, '0')}` }),
    ).map((entry, i) => ({ ...entry, index: harness.log.length + 1 + i }));
    harness.apply(entries);
    return harness;
  }

  test('are listed in pages, and say how many follow', () => {
    const { tree } = filled(2500).machine;
    const caller = callerOf('alice');
    const names: string[] = [];
    const remaining: number[] = [];
    for (let after = ''; ; after = names.at(-1) as string) {
      const page = getListing(tree, caller, '/big/deep', after);
      assert.ok(page !== undefined && !(page instanceof Failure));
      names.push(...page.entries.map(({ name }) => name));
      remaining.push(page.remaining);
      if (page.remaining === 0) break;
    }
    assert.equal(names.length, 2501);
    assert.deepEqual(names, names.toSorted());
    assert.deepEqual(remaining, [1501, 1, 0]);
  });

  test('are deleted at once for everybody, and purged in bounded commands', () => {
    const harness = filled(3000);
    const { machine } = harness;
    const blockless = machine.state.blockCount;
    assert.equal(harness.run('alice', CommandKind.DELETE, { path: '/big', recursive: true }), true);
    assert.equal(machine.tree.root()?.fileCount, 0);
    assert.equal(getFileInfo(machine.tree, callerOf('root'), '/big'), undefined);
    assert.equal(machine.tree.byId(16390), undefined);
    let commands = 0;
    while (harness.run('root', CommandKind.PURGE, { limit: 500 }) !== 0) commands++;
    assert.ok(commands >= 6 && commands < 12, `${commands} commands`);
    assert.equal(machine.leases.fileCount, 0);
    assert.equal(machine.state.blockCount, blockless);
    assert.deepEqual(harness.rows().filter((row) => /^1[0-4]/.test(row)).length, 1, 'only the root is left');
  });

  test('ask for the access to a big tree before its removal, in slices', () => {
    const harness = filled(5000);
    harness.run('alice', CommandKind.SET_PERMISSION, { path: '/big', mode: 0o777 });
    harness.run('alice', CommandKind.SET_PERMISSION, { path: '/big/deep', mode: 0o777 });
    const removal = { path: '/big', recursive: true };
    assert.equal(text(harness.run('bob', CommandKind.DELETE, removal)).split(':')[0], 'RetriableException');
    const { tree } = harness.machine;
    const big = tree.byId(16386);
    assert.ok(big?.kind === 1);
    const scan = new SubtreeAccessScan(tree, harness.store, callerOf('bob'), big, '/big', 7, true);
    let slices = 1;
    while (!scan.step(1000)) slices++;
    assert.ok(slices >= 5);
    assert.equal(scan.refusal, undefined);
    assert.equal(harness.run('bob', CommandKind.DELETE, { ...removal, subtreeChecked: true }), true);
  });

  test('are summed up on every directory, for who may read all of it', () => {
    const harness = filled(10);
    const { tree } = harness.machine;
    const summary = getContentSummary(tree, harness.store, callerOf('root'), '/big');
    assert.ok(!(summary instanceof Failure) && 'fileCount' in summary);
    assert.deepEqual([summary.fileCount, summary.directoryCount], [10, 3]);
    harness.run('alice', CommandKind.SET_PERMISSION, { path: '/big/deep/er', mode: 0o700 });
    const asked = getContentSummary(tree, harness.store, callerOf('bob'), '/big');
    assert.ok(!(asked instanceof Failure) && 'scan' in asked);
    assert.equal(asked.scan.step(100), true);
    assert.match(text(asked.scan.refusal), /user=bob, access=READ_EXECUTE, inode="\/big\/deep\/er":alice/);
  });

  test('give all their blocks to the block map, slice by slice', () => {
    const harness = filled(20);
    for (let i = 0; i < 20; i++) {
      const block = { fileId: 0, clientName: 'c', targets: [{ datanodeUuid: 'd', storageId: 's' }], minimal: [] };
      harness.run('alice', CommandKind.ADD_BLOCK, { ...block, path: `/big/deep/f${String(i).padStart(5, '0')}` });
    }
    const scan = new BlockScan(harness.machine.tree, harness.store);
    const seen: number[] = [];
    while (scan.step(7, (block) => seen.push(block.id))) assert.equal(seen.length % 7, 0);
    assert.equal(new Set(seen).size, 20);
  });
});
