import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import { callerOf, Harness } from './harness.fixture.js';
import { CommandKind, getFileBlocks, getFileInfo, isFileClosed, listOpenFiles } from './index.js';
import type { AllocatedBlock } from './ops/add-block.js';
import type { AppendedFile } from './ops/append.js';

const SIZE = 100;
const on = (...names: string[]) => names.map((name) => ({ datanodeUuid: `dn-${name}`, storageId: `DS-${name}` }));

function created(path = '/f'): Harness {
  const harness = Harness.made();
  const reply = harness.run('alice', CommandKind.CREATE, create(path));
  assert.ok(!(reply instanceof Failure), String((reply as Failure).message));
  return harness;
}

function create(path: string, clientName = 'client') {
  const sizes = { replication: 3, blockSizeBytes: SIZE };
  return { path, mode: 0o644, clientName, flags: 1, createParent: true, ...sizes };
}

function add(
  harness: Harness,
  previous?: AllocatedBlock,
  lengthBytes = SIZE,
  minimal = true,
): AllocatedBlock | Failure {
  const block = previous === undefined ? undefined : { blockId: previous.id, stamp: previous.stamp, lengthBytes };
  return harness.run('alice', CommandKind.ADD_BLOCK, {
    path: '/f',
    fileId: 0,
    clientName: 'client',
    previous: block,
    targets: on('1', '2', '3'),
    minimal: block !== undefined && minimal ? [block] : [],
  }) as AllocatedBlock | Failure;
}

function close(harness: Harness, block: AllocatedBlock | undefined, lengthBytes: number, minimal = true): unknown {
  const last = block === undefined ? undefined : { blockId: block.id, stamp: block.stamp, lengthBytes };
  return harness.run('alice', CommandKind.COMPLETE, {
    path: '/f',
    fileId: 0,
    clientName: 'client',
    last,
    minimal: last !== undefined && minimal ? [last] : [],
  });
}

function written(lengthBytes = 60): { harness: Harness; block: AllocatedBlock } {
  const harness = created();
  const block = add(harness) as AllocatedBlock;
  assert.equal(close(harness, block, lengthBytes), true);
  harness.told.length = 0;
  return { harness, block };
}

function message(reply: unknown): string {
  return reply instanceof Failure ? `${reply.code}: ${reply.message}` : `no refusal but ${JSON.stringify(reply)}`;
}

function blocksOf(harness: Harness) {
  const found = getFileBlocks(harness.machine.tree, callerOf('root'), '/f', 0, 1e9);
  assert.ok(!(found instanceof Failure));
  return found;
}

function sums(harness: Harness) {
  const root = harness.machine.tree.root();
  return [root?.fileCount, root?.lengthBytes, root?.spaceBytes];
}

describe('writing a file', () => {
  test('goes from create over blocks to complete, and says so in events', () => {
    const harness = created();
    assert.deepEqual(sums(harness), [1, 0, 0]);
    const first = add(harness) as AllocatedBlock;
    assert.deepEqual(
      { ...first, storages: first.storages.length },
      { inode: 16386, id: 1073741825, stamp: 1001, lengthBytes: 0, offsetBytes: 0, storages: 3 },
    );
    assert.deepEqual(sums(harness), [1, 0, 300]);
    const second = add(harness, first) as AllocatedBlock;
    assert.equal(second.offsetBytes, SIZE);
    assert.deepEqual(sums(harness), [1, 100, 600]);
    assert.equal(isFileClosed(harness.machine.tree, callerOf('alice'), '/f'), false);
    assert.equal(close(harness, second, 40), true);
    assert.deepEqual(sums(harness), [1, 140, 420]);
    assert.equal(isFileClosed(harness.machine.tree, callerOf('alice'), '/f'), true);
    assert.deepEqual(harness.told, [
      'allocated 1073741825 1001 16386 3 [DS-1,DS-2,DS-3]',
      'committed 1073741825 1001 100',
      'completed 1073741825 1001 100',
      'allocated 1073741826 1002 16386 3 [DS-1,DS-2,DS-3]',
      'committed 1073741826 1002 40',
      'completed 1073741826 1002 40',
    ]);
    assert.equal(harness.machine.leases.fileCount, 0);
    assert.equal(close(harness, second, 40), true);
  });

  test('a repeated addBlock gets the same block and the same storages', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    assert.deepEqual(add(harness), first);
    const second = add(harness, first) as AllocatedBlock;
    assert.deepEqual(add(harness, first), second);
    harness.restart();
    assert.deepEqual(add(harness, first), second);
  });

  test('addBlock and complete wait for the blocks before', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    const second = add(harness, first, SIZE, false) as AllocatedBlock;
    assert.equal(message(add(harness, second)), 'NotReplicatedYetException: Not replicated yet: /f');
    assert.equal(close(harness, second, 5), false);
    const fact = { blockId: first.id, stamp: first.stamp, lengthBytes: SIZE };
    const last = { blockId: second.id, stamp: second.stamp, lengthBytes: 5 };
    const unnamed = { path: '/f', fileId: 0, clientName: 'client', minimal: [fact, last] };
    assert.equal(
      message(harness.run('alice', CommandKind.COMPLETE, unnamed)),
      'IOException: Cannot complete /f without its last block blk_1073741826_1002',
    );
    const base = { path: '/f', fileId: 0, clientName: 'client', last };
    assert.equal(harness.run('alice', CommandKind.COMPLETE, { ...base, minimal: [fact] }), false);
    assert.equal(harness.run('alice', CommandKind.COMPLETE, { ...base, minimal: [fact, last] }), true);
    assert.deepEqual(sums(harness), [1, 105, 315]);
  });

  test('refuses others, wrong blocks and closed files in the words of HDFS', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    const base = { path: '/f', fileId: 16386, targets: on('1'), minimal: [] };
    const foreign = harness.run('alice', CommandKind.ADD_BLOCK, { ...base, clientName: 'thief' });
    assert.equal(
      message(foreign),
      'LeaseExpiredException: Client (=thief) is not the lease owner (=client: /f (inode 16386) ' +
        'Holder thief does not have any open files.',
    );
    const odd = { blockId: 5, stamp: 1 };
    assert.equal(
      message(harness.run('alice', CommandKind.ADD_BLOCK, { ...base, clientName: 'client', previous: odd })),
      "IOException: Cannot allocate block in /f: passed 'previous' block BP-1:blk_5_1 does not match actual last " +
        'block in file blk_1073741825_1001',
    );
    close(harness, first, 1);
    assert.equal(
      message(harness.run('alice', CommandKind.ADD_BLOCK, { ...base, clientName: 'client' })),
      'LeaseExpiredException: File is not open for writing: /f (inode 16386) Holder client does not have any open files.',
    );
    assert.equal(
      message(harness.run('alice', CommandKind.ADD_BLOCK, { ...base, fileId: 99, clientName: 'client' })),
      'FileNotFoundException: File does not exist: /f (inode 99) Holder client does not have any open files.',
    );
  });

  test('abandonBlock takes the last block back', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    const base = { path: '/f', fileId: 0, clientName: 'client' };
    const block = { blockId: first.id, stamp: first.stamp };
    assert.equal(harness.run('alice', CommandKind.ABANDON_BLOCK, { ...base, block: { blockId: 1, stamp: 1 } }), true);
    assert.equal(blocksOf(harness).blocks.length, 0);
    assert.equal(blocksOf(harness).last?.id, first.id);
    assert.equal(harness.run('alice', CommandKind.ABANDON_BLOCK, { ...base, block }), true);
    assert.equal(blocksOf(harness).last, undefined);
    assert.deepEqual(sums(harness), [1, 0, 0]);
    assert.equal(harness.told.at(-1), 'removed 1073741825');
  });

  test('fsync remembers a length, and a new pipeline needs a higher stamp and no less', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    const base = { path: '/f', fileId: 0, clientName: 'client' };
    assert.equal(harness.run('alice', CommandKind.FSYNC, { ...base, lastBlockLengthBytes: 30 }), true);
    assert.equal(getInfoLength(harness), 30);
    const oldBlock = { blockId: first.id, stamp: first.stamp, lengthBytes: 30 };
    const stamped = harness.run('alice', CommandKind.UPDATE_BLOCK_FOR_PIPELINE, {
      block: oldBlock,
      inodeId: first.inode,
      clientName: 'client',
    });
    assert.deepEqual(stamped, { id: first.id, stamp: 1002, lengthBytes: 30 });
    const update = { clientName: 'client', oldBlock, inodeId: first.inode, storages: on('2', '4') };
    const lower = { ...oldBlock, stamp: 1001 };
    assert.equal(
      message(harness.run('alice', CommandKind.UPDATE_PIPELINE, { ...update, newBlock: lower })),
      'IOException: Update BP-1:blk_1073741825_1001 but the new block BP-1:blk_1073741825_1001 does not have a larger ' +
        'generation stamp than the last block blk_1073741825_1001',
    );
    const shorter = { ...oldBlock, stamp: 1002, lengthBytes: 10 };
    assert.equal(
      message(harness.run('alice', CommandKind.UPDATE_PIPELINE, { ...update, newBlock: shorter })),
      'IOException: Update BP-1:blk_1073741825_1001 (size=30) to a smaller size block BP-1:blk_1073741825_1002 (size=10)',
    );
    const better = { ...oldBlock, stamp: 1002 };
    assert.equal(harness.run('alice', CommandKind.UPDATE_PIPELINE, { ...update, newBlock: better }), true);
    assert.equal(harness.told.at(-1), 'reopened 1073741825 1002 30 [DS-2,DS-4]');
    assert.deepEqual(
      blocksOf(harness).expected.map(({ storageId }) => storageId),
      ['DS-2', 'DS-4'],
    );
  });
});

function getInfoLength(harness: Harness): number | undefined {
  const info = getFileInfo(harness.machine.tree, callerOf('root'), '/f');
  assert.ok(!(info instanceof Failure));
  return info?.lengthBytes;
}

describe('opening a file again', () => {
  const base = { path: '/f', clientName: 'client2', flags: 4 };

  test('append goes on in the last block or opens a new one', () => {
    const { harness, block } = written();
    const lastBlock = { blockId: block.id, stamp: block.stamp };
    const facts = { storages: on('1'), lastBlock, sufficientlyReplicated: true };
    const reply = harness.run('alice', CommandKind.APPEND, { ...base, ...facts }) as AppendedFile;
    assert.equal(reply.lastBlock?.id, block.id);
    assert.equal(reply.lastBlock?.offsetBytes, 0);
    assert.equal(reply.lastBlock?.lengthBytes, 60);
    assert.deepEqual(sums(harness), [1, 60, 300]);
    assert.deepEqual(harness.told, ['reopened 1073741825 1001 60 [DS-1]']);

    const other = written();
    const again = { ...facts, storages: [], flags: 4 | 32 };
    const replyNew = other.harness.run('alice', CommandKind.APPEND, { ...base, ...again }) as AppendedFile;
    assert.equal(replyNew.lastBlock?.storages.length, 0);
    assert.deepEqual(sums(other.harness), [1, 60, 180]);
  });

  test('an open file is refused to others as HDFS does it', () => {
    const harness = created();
    const open = { path: '/f', clientName: 'client2', flags: 4, storages: [] };
    const text = 'Failed to APPEND_FILE /f for client2 on 10.0.0.1 because';
    assert.equal(
      message(harness.run('alice', CommandKind.APPEND, open)),
      `AlreadyBeingCreatedException: ${text} this file lease is currently owned by client on 10.0.0.1`,
    );
    assert.equal(
      message(harness.run('alice', CommandKind.APPEND, { ...open, expiredHolder: 'client' })),
      `RecoveryInProgressException: ${text} lease recovery is in progress. Try again later.`,
    );
    assert.equal(
      message(harness.run('alice', CommandKind.CREATE, create('/f'))),
      'AlreadyBeingCreatedException: Failed to CREATE_FILE /f for client on 10.0.0.1 because client is already the ' +
        'current lease holder.',
    );
    const overwrite = { ...create('/f', 'client2'), flags: 3 };
    assert.ok(!(harness.run('alice', CommandKind.CREATE, overwrite) instanceof Failure));
    assert.deepEqual([...harness.machine.leases.allHolders()], ['client2']);
  });

  test('truncate cuts at once between blocks, else by recovery', () => {
    const harness = created();
    const first = add(harness) as AllocatedBlock;
    const second = add(harness, first) as AllocatedBlock;
    close(harness, second, 50);
    harness.told.length = 0;
    const cut = (newLengthBytes: number, block?: AllocatedBlock) =>
      harness.run('alice', CommandKind.TRUNCATE, {
        path: '/f',
        newLengthBytes,
        clientName: 'cutter',
        storages: on('1', '2'),
        block: block === undefined ? undefined : { blockId: block.id, stamp: block.stamp },
      });
    assert.equal(
      message(cut(151)),
      'HadoopIllegalArgumentException: Cannot truncate to a larger file size. Current size: 150, truncate size: 151.',
    );
    assert.equal(cut(150), true);
    assert.equal(message(cut(40, second)).split(':')[0], 'RetriableException');
    assert.equal(cut(100), true);
    assert.deepEqual(sums(harness), [1, 100, 300]);
    assert.deepEqual(harness.told, ['removed 1073741826']);
    assert.equal(cut(40, first), false);
    assert.equal(harness.told.at(-1), 'recovery 1073741825 1001 100 1003 40 [DS-1,DS-2]');
    assert.equal(cut(40), false);
    assert.equal(
      message(cut(30)),
      'AlreadyBeingCreatedException: Failed to TRUNCATE_FILE /f for cutter on 10.0.0.1 because /f is being truncated.',
    );
    const synchronized = {
      block: { blockId: first.id, stamp: first.stamp },
      inodeId: first.inode,
      newStamp: 1003,
      newLengthBytes: 40,
      closeFile: true,
      deleteBlock: false,
      storages: on('1', '2'),
    };
    assert.equal(harness.run('root', CommandKind.COMMIT_BLOCK_SYNCHRONIZATION, synchronized), true);
    assert.deepEqual(sums(harness), [1, 40, 120]);
    assert.equal(isFileClosed(harness.machine.tree, callerOf('alice'), '/f'), true);
    assert.equal(harness.run('root', CommandKind.COMMIT_BLOCK_SYNCHRONIZATION, synchronized), true);
  });
});

describe('a writer that is gone', () => {
  const release = { inodeId: 16386, holder: 'client', newHolder: 'HDFS_NameNode', minimal: [], reported: [] };

  test('leaves an empty file that is closed', () => {
    const harness = created();
    assert.equal(harness.run('root', CommandKind.RELEASE_LEASE, { ...release, holder: 'someone' }), false);
    assert.equal(harness.run('root', CommandKind.RELEASE_LEASE, release), true);
    assert.equal(isFileClosed(harness.machine.tree, callerOf('alice'), '/f'), true);
    assert.equal(harness.run('root', CommandKind.RELEASE_LEASE, release), true);
  });

  test('leaves a block that is recovered on its logged storages, also after a restart', () => {
    const harness = created();
    const block = add(harness) as AllocatedBlock;
    harness.restart();
    assert.equal(harness.run('root', CommandKind.RELEASE_LEASE, release), false);
    assert.equal(harness.told.at(-1), 'recovery 1073741825 1001 0 1002 -1 [DS-1,DS-2,DS-3]');
    assert.deepEqual(
      listOpenFiles(harness.machine.tree, harness.machine.leases).map(({ holder, path }) => [holder, path]),
      [['HDFS_NameNode', '/f']],
    );
    const commit = {
      block: { blockId: block.id, stamp: block.stamp },
      inodeId: block.inode,
      newLengthBytes: 33,
      closeFile: true,
      deleteBlock: false,
      storages: on('2'),
    };
    assert.equal(
      message(harness.run('root', CommandKind.COMMIT_BLOCK_SYNCHRONIZATION, { ...commit, newStamp: 1001 })),
      'IOException: The recovery id 1001 does not match current recovery id 1002 for block BP-1:blk_1073741825_1001',
    );
    assert.equal(harness.run('root', CommandKind.COMMIT_BLOCK_SYNCHRONIZATION, { ...commit, newStamp: 1002 }), true);
    assert.deepEqual(harness.told.slice(-3), [
      'reopened 1073741825 1002 33 [DS-2]',
      'committed 1073741825 1002 33',
      'completed 1073741825 1002 33',
    ]);
    assert.deepEqual(sums(harness), [1, 33, 99]);
  });

  test('recoverLease closes by path, or says that recovery goes on', () => {
    const harness = created();
    add(harness);
    const byPath = { path: '/f', newHolder: 'client2', minimal: [], reported: [] };
    assert.equal(
      message(harness.run('carol', CommandKind.RELEASE_LEASE, byPath)).split(':')[0],
      'AccessControlException',
    );
    assert.equal(harness.run('alice', CommandKind.RELEASE_LEASE, byPath), false);
    assert.deepEqual([...harness.machine.leases.allHolders()], ['client2']);
    assert.equal(
      message(harness.run('alice', CommandKind.APPEND, { path: '/f', clientName: 'x', flags: 4, storages: [] })),
      'RecoveryInProgressException: Failed to APPEND_FILE /f for x on 10.0.0.1 because another recovery is in progress ' +
        'by client2 on 10.0.0.1',
    );
  });
});
