import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import fc from 'fast-check';
import { MemoryStore } from '../store/index.js';
import { callerOf, Harness, type User } from './harness.fixture.js';
import { CommandKind, getFileInfo, getListing, stateHash } from './index.js';
import { type Answer, ModelFs } from './model.fixture.js';
import type { CommittedEntry } from './state-machine.js';

const user = fc.constantFrom<User>('root', 'alice', 'bob', 'carol', 'alice', 'bob');
const path = fc.array(fc.constantFrom('a', 'b', 'ü'), { maxLength: 3 }).map((names) => `/${names.join('/')}`);
const mode = fc.constantFrom(0o777, 0o755, 0o700, 0o1777, 0o070, 0o551);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('mkdirs' as const), user, path, mode, flag: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('create' as const), user, path, mode, flag: fc.boolean() }) },
  fc.record({ op: fc.constant('complete' as const), user, path }),
  { weight: 2, arbitrary: fc.record({ op: fc.constant('delete' as const), user, path, flag: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rename' as const), user, path, to: path }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('rename2' as const), user, path, to: path, flag: fc.boolean() }),
  },
  fc.record({ op: fc.constant('chmod' as const), user, path, mode }),
  fc.record({
    op: fc.constant('chown' as const),
    user,
    path,
    owner: fc.constantFrom(undefined, 'alice', 'bob'),
    group: fc.constantFrom(undefined, 'staff', 'others'),
  }),
  fc.record({ op: fc.constant('setrep' as const), user, path, flag: fc.boolean() }),
  fc.record({ op: fc.constant('purge' as const), user, limit: fc.integer({ min: 1, max: 5 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function run(harness: Harness, one: Step): unknown {
  switch (one.op) {
    case 'mkdirs':
      return harness.outcome(one.user, CommandKind.MKDIRS, { path: one.path, mode: one.mode, createParent: one.flag });
    case 'create': {
      const sizes = { replication: 2, blockSizeBytes: 100 };
      const flags = one.flag ? 3 : 1;
      return harness.outcome(one.user, CommandKind.CREATE, {
        path: one.path,
        mode: 0o640,
        clientName: 'writer',
        flags,
        createParent: one.mode !== 0o777,
        ...sizes,
      });
    }
    case 'complete':
      return harness.outcome(one.user, CommandKind.COMPLETE, {
        path: one.path,
        fileId: 0,
        clientName: 'writer',
        minimal: [],
      });
    case 'delete':
      return harness.outcome(one.user, CommandKind.DELETE, { path: one.path, recursive: one.flag });
    case 'rename':
      return harness.outcome(one.user, CommandKind.RENAME, { source: one.path, destination: one.to });
    case 'rename2':
      return harness.outcome(one.user, CommandKind.RENAME2, {
        source: one.path,
        destination: one.to,
        overwrite: one.flag,
      });
    case 'chmod':
      return harness.outcome(one.user, CommandKind.SET_PERMISSION, { path: one.path, mode: one.mode });
    case 'chown':
      return harness.outcome(one.user, CommandKind.SET_OWNER, { path: one.path, owner: one.owner, group: one.group });
    case 'setrep':
      return harness.outcome(one.user, CommandKind.SET_REPLICATION, { path: one.path, replication: one.flag ? 1 : 5 });
    case 'purge':
      return harness.outcome('root', CommandKind.PURGE, { limit: one.limit });
  }
}

function predict(model: ModelFs, one: Step): Answer {
  switch (one.op) {
    case 'mkdirs':
      return model.mkdirs(one.user, one.path, one.mode, one.flag);
    case 'create':
      return model.create(one.user, one.path, one.flag, one.mode !== 0o777);
    case 'complete':
      return model.complete(one.user, one.path);
    case 'delete':
      return model.remove(one.user, one.path, one.flag);
    case 'rename':
      return model.rename(one.user, one.path, one.to);
    case 'rename2':
      return model.rename2(one.user, one.path, one.to, one.flag);
    case 'chmod':
      return model.setPermission(one.user, one.path, one.mode);
    case 'chown':
      return model.setOwner(one.user, one.path, one.owner, one.group);
    case 'setrep':
      return model.setReplication(one.user, one.path, one.flag ? 1 : 5);
    case 'purge':
      return {};
  }
}

function compareReads(harness: Harness, model: ModelFs, who: User, at: string): void {
  const { tree } = harness.machine;
  const info = getFileInfo(tree, callerOf(who), at);
  const seen = isFailure(info)
    ? info.code
    : info === undefined
      ? undefined
      : {
          kind: info.kind === 1 ? 'dir' : 'file',
          owner: info.owner,
          group: info.group,
          mode: info.mode,
          replication: info.replication,
          children: info.childCount,
        };
  assert.deepEqual(seen, model.info(who, at), `info of ${at} for ${who}`);
  const listing = getListing(tree, callerOf(who), at, '');
  const names = isFailure(listing) ? listing.code : listing?.entries.map(({ name }) => name);
  assert.deepEqual(names, model.list(who, at), `listing of ${at} for ${who}`);
}

describe('the namespace against a dumb file system', () => {
  test('answers every command and every read alike, writes nothing when it refuses, and survives restarts', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 50 }),
        (steps, restartAt) => {
          const harness = Harness.made({ maxCachedDirectories: 3 });
          const model = new ModelFs();
          steps.forEach((one, index) => {
            if (index === restartAt) harness.restart();
            const before = harness.rows();
            const got = run(harness, one);
            const expected = predict(model, one);
            if (typeof expected === 'object')
              assert.equal(typeof got === 'string', false, `${JSON.stringify(one)}: ${got}`);
            else assert.equal(got, expected, JSON.stringify(one));
            if (typeof got === 'string') assert.deepEqual(harness.rows(), before, 'a refusal wrote');
            if ('path' in one) compareReads(harness, model, one.user, one.path);
          });
          const root = harness.machine.tree.root();
          const { files, directories } = model.count();
          assert.deepEqual([root?.fileCount, root?.directoryCount], [files, directories - 1]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('makes the same bytes however the log is cut into batches, and forgets nothing deleted after the purge', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), fc.integer({ min: 2, max: 9 }), (steps, size) => {
        const harness = Harness.made();
        for (const one of steps) run(harness, one);
        harness.run('root', CommandKind.DELETE, { path: '/a', recursive: true });
        harness.run('root', CommandKind.PURGE, { limit: 1_000_000 });
        const again = new Harness({ maxCachedDirectories: 2 }, new MemoryStore());
        const entries: CommittedEntry[] = [...harness.log];
        for (let at = 0; at < entries.length; at += size) {
          if (at === size * 3) again.restart();
          again.apply(entries.slice(at, at + size));
        }
        assert.deepEqual(again.rows(), harness.rows());
        assert.equal(stateHash(again.store), stateHash(harness.store));
        assert.equal(again.machine.state.detachedCount, 0);
        const root = again.machine.tree.root();
        const inodes = (root?.fileCount ?? 0) + (root?.directoryCount ?? 0);
        assert.equal(again.rows().filter((row) => row.startsWith('11')).length, inodes, 'rows of inodes');
        assert.equal(again.rows().filter((row) => row.startsWith('10')).length, inodes + 1, 'rows of entries');
      }),
      { numRuns: 500 },
    );
  });
});
