import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { VirtualClock } from '@rfs/base/system';
import type { ClientService } from '@rfs/protocol/service';
import { storageId, TestCluster, uuid } from '../../blocks/cluster.fixture.js';
import { callerOf, Harness, type User } from '../../namespace/harness.fixture.js';
import { CommandKind } from '../../namespace/index.js';
import type { AllocatedBlock } from '../../namespace/ops/add-block.js';
import { Rebuild } from '../rebuild.js';
import { Slices } from '../slices.js';
import { Fsck, type FsckOutput } from './index.js';
import type { LossyFile } from './lost-found.js';

/** A namespace with one file /d/a of one block on datanodes, and the checks of it. */
class Bench {
  readonly harness = Harness.made();
  readonly cluster: TestCluster;
  readonly removed: string[] = [];
  readonly rescued: LossyFile[] = [];
  refusesRemoval = false;
  rescuesAll = true;
  private readonly clock = new VirtualClock();
  private readonly turns: (() => void)[] = [];
  private readonly slices = new Slices(this.clock, (action) => this.turns.push(action));

  constructor(replicas: readonly number[], replication = 2, racks = 1) {
    this.cluster = new TestCluster().start(3, racks);
    this.harness.run('alice', CommandKind.MKDIRS, { path: '/d/e', mode: 0o755, createParent: true });
    const block = this.write('/d/a', replication);
    this.write('/d/empty', replication, 0);
    const { blocks } = this.cluster;
    const rebuild = new Rebuild(this.harness.machine, blocks, () => undefined);
    while (!rebuild.step());
    this.cluster.lead();
    this.cluster.received(block, 1001, 60, ...replicas);
    this.cluster.settle();
  }

  /** Makes a file with a block that is being written. */
  open(path: string): void {
    const { harness } = this;
    const base = { path, fileId: 0, clientName: 'client' };
    const sizes = { replication: 2, blockSizeBytes: 100 };
    harness.run('alice', CommandKind.CREATE, { ...base, mode: 0o644, flags: 1, createParent: true, ...sizes });
    const targets = [{ datanodeUuid: uuid(0), storageId: storageId(0) }];
    harness.run('alice', CommandKind.ADD_BLOCK, { ...base, targets, minimal: [] });
  }

  /** Time passes for everybody. */
  pass(ms: number): void {
    this.cluster.nowMs += ms;
    this.clock.advance(this.cluster.nowMs - this.clock.monotonicMs());
  }

  /** Makes a closed file; the id of its block. */
  private write(path: string, replication: number, lengthBytes = 60): number {
    const { harness } = this;
    const base = { path, fileId: 0, clientName: 'client' };
    const sizes = { replication, blockSizeBytes: 100 };
    harness.run('alice', CommandKind.CREATE, { ...base, mode: 0o644, flags: 1, createParent: true, ...sizes });
    if (lengthBytes === 0) {
      harness.run('alice', CommandKind.COMPLETE, { ...base, minimal: [] });
      return 0;
    }
    const targets = [{ datanodeUuid: uuid(0), storageId: storageId(0) }];
    const block = harness.run('alice', CommandKind.ADD_BLOCK, { ...base, targets, minimal: [] }) as AllocatedBlock;
    const last = { blockId: block.id, stamp: block.stamp, lengthBytes };
    assert.equal(harness.run('alice', CommandKind.COMPLETE, { ...base, last, minimal: [last] }), true);
    return block.id;
  }

  spoil(...datanodes: readonly number[]): void {
    const block = { id: 1073741825 as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 60 };
    for (const i of datanodes) this.cluster.blocks.reportBadBlock(block, uuid(i), storageId(i));
    this.cluster.settle();
  }

  /** Runs all turns there are now. */
  turn(): void {
    for (let next = this.turns.shift(); next !== undefined; next = this.turns.shift()) next();
  }

  start(query: string, user: User, output: FsckOutput): void {
    const service = {
      stateId: 0,
      call: (_method, request, _context, sink) => {
        this.removed.push((request as { src: string }).src);
        if (this.refusesRemoval) sink.fail(new Failure('SafeModeException', 'not now'));
        else sink.reply({ result: true } as never);
      },
    } as ClientService;
    const { machine } = this.harness;
    const { blocks } = this.cluster;
    const config = { corruptFilesLimit: 500 };
    const parts = { machine, blocks, slices: this.slices, clock: this.clock, config, poolId: () => 'BP-1' };
    const callers = {
      resolve: (_user: string, done: (caller: ReturnType<typeof callerOf>) => void) => done(callerOf(user)),
    };
    const settings = { defaultReplication: 3, minReplication: 1, staleIntervalMs: 30_000 };
    const lostFound = {
      rescue: (file: LossyFile, _user: string, done: (whole: boolean) => void) => {
        this.rescued.push(file);
        done(this.rescuesAll);
      },
    };
    const fsck = new Fsck(parts, callers, service, settings, lostFound);
    fsck.start({ parameters: new URLSearchParams(query), user, address: '10.0.0.9' }, output);
  }

  /** The whole text, with dates and durations made equal. */
  ask(query: string, user: User = 'root'): string {
    let text = '';
    let ended = false;
    this.start(query, user, {
      closed: false,
      write: (piece) => {
        text += piece;
        return true;
      },
      onceReady: () => assert.fail('the reader is never behind'),
      end: () => {
        ended = true;
      },
    });
    this.turn();
    assert.ok(ended, 'the check ends');
    return text.replace(/\w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ \d{4}/g, 'DATE').replace(/in \d+ milli/g, 'in N milli');
  }
}

const ERASURE_CODED = `
Erasure Coded Block Groups:
 Total size:	0 B
 Total files:	0
 Total block groups (validated):	0
 Minimally erasure-coded block groups:	0
 Over-erasure-coded block groups:	0
 Under-erasure-coded block groups:	0
 Unsatisfactory placement block groups:	0
 Average block group size:	0.0
 Missing block groups:		0
 Corrupt block groups:		0
 Missing internal blocks:	0
 Blocks queued for replication:	0
FSCK ended at DATE in N milliseconds
`;

test('a sound file system reads as Apache reports it', () => {
  const text = new Bench([0, 1]).ask('path=/d&files=1&blocks=1&racks=1&replicadetails=1');
  assert.equal(
    text,
    `FSCK started by root (auth:SIMPLE) from /10.0.0.9 for path /d at DATE

/d <dir>
/d/a 60 bytes, replicated: replication=2, 1 block(s):  OK
0. BP-1:blk_1073741825_1001 len=60 Live_repl=2  [/r0/10.0.0.0:9866(LIVE), /r0/10.0.0.1:9866(LIVE)]

/d/e <dir>
/d/empty 0 bytes, replicated: replication=2, 0 block(s):  OK


Status: HEALTHY
 Number of data-nodes:	3
 Number of racks:		1
 Total dirs:			2
 Total symlinks:		0

Replicated Blocks:
 Total size:	60 B
 Total files:	2
 Total blocks (validated):	1 (avg. block size 60 B)
 Minimally replicated blocks:	1 (100.0 %)
 Over-replicated blocks:	0 (0.0 %)
 Under-replicated blocks:	0 (0.0 %)
 Mis-replicated blocks:		0 (0.0 %)
 Default replication factor:	3
 Average block replication:	2.0
 Missing blocks:		0
 Corrupt blocks:		0
 Missing replicas:		0 (0.0 %)
 Blocks queued for replication:	0
${ERASURE_CODED}

The filesystem under path '/d' is HEALTHY`,
  );
});

test('a file without any replica is named, and the filesystem is CORRUPT', () => {
  const text = new Bench([]).ask('path=/');
  assert.match(text, /\n\/d\/a: MISSING 1 blocks of total size 60 B\.\nStatus: CORRUPT\n/);
  assert.match(
    text,
    / {2}\*{32}\n {2}UNDER MIN REPL'D BLOCKS:\t1 \(100\.0 %\)\n {2}MINIMAL BLOCK REPLICATION:\t1\n {2}CORRUPT FILES:\t1\n {2}MISSING BLOCKS:\t1\n {2}MISSING SIZE:\t\t60 B\n {2}\*{32}\n/,
  );
  assert.match(text, /\n\nThe filesystem under path '\/' is CORRUPT$/);
  assert.match(
    new Bench([]).ask('path=/d&files=1&blocks=1&locations=1'),
    /MISSING 1 blocks of total size 60 B\n0\. BP-1:blk_1073741825_1001 len=60 MISSING!\n/,
  );
});

test('a block whose replicas are all corrupt is corrupt, not missing', () => {
  const bench = new Bench([0, 1]);
  bench.spoil(0, 1);
  const text = bench.ask('path=/');
  assert.match(
    text,
    /\n\/d\/a: CORRUPT blockpool BP-1 block blk_1073741825\n\n\/d\/a: CORRUPT 1 blocks of total size 60 B\./,
  );
  assert.match(text, / Missing blocks:\t\t0\n Corrupt blocks:\t\t1\n/);
  assert.match(bench.ask('blockId=blk_1073741825'), /host0\/r0 is CORRUPT\t ReasonCode: CORRUPTION_REPORTED\n/);
});

test('too few replicas are told, and the filesystem is HEALTHY all the same', () => {
  const text = new Bench([0]).ask('path=/d/a');
  assert.match(
    text,
    /\n\/d\/a: {2}Under replicated BP-1:blk_1073741825_1001\. Target Replicas is 2 but found 1 live replica\(s\), 0 decommissioned replica\(s\), 0 decommissioning replica\(s\)\.\n/,
  );
  assert.match(text, / Missing replicas:\t\t1 \(50\.0 %\)\n/);
  assert.match(text, /is HEALTHY$/);
});

test('blocks are looked up by name', () => {
  const text = new Bench([0, 1]).ask('blockId=blk_1073741825%20blk_77%20foo%20');
  assert.equal(
    text,
    `FSCK started by root (auth:SIMPLE) from /10.0.0.9 at DATE

Block Id: blk_1073741825
Block belongs to: /d/a
No. of Expected Replica: 2
No. of live Replica: 2
No. of excess Replica: 0
No. of stale Replica: 0
No. of decommissioned Replica: 0
No. of decommissioning Replica: 0
No. of corrupted Replica: 0
Block replica on datanode/rack: host1/r0 is HEALTHY
Block replica on datanode/rack: host0/r0 is HEALTHY

Block blk_77 does not exist
Incorrect blockId format: foo
`,
  );
});

test('files without a good replica are listed page by page', () => {
  const bench = new Bench([]);
  const first = bench.ask('path=/&listcorruptfileblocks=1');
  assert.match(
    first,
    /\nCookie:\t(\d+)\nblk_1073741825\t2\t\/d\/a\n\n\nThe filesystem under path '\/' has 1 CORRUPT files\n\n$/,
  );
  const cookie = /Cookie:\t(\d+)/.exec(first)?.[1] as string;
  assert.match(bench.ask(`path=/&listcorruptfileblocks=1&startblockafter=${cookie}`), /has no more CORRUPT files\n\n$/);
  assert.match(new Bench([0, 1]).ask('path=/&listcorruptfileblocks=1'), /Cookie:\t0\n\n\nThe .* has no CORRUPT files/);
});

test('what cannot be done ends with FAILED and the reason', () => {
  const bench = new Bench([0, 1]);
  const denied =
    /ended at DATE in N milliseconds\nAccess denied for user carol\. Superuser privilege is required for operation (\w+)\n\n\nFsck on path '\/' FAILED$/;
  assert.equal(denied.exec(bench.ask('path=/&blockId=blk_1', 'carol'))?.[1], 'fsck');
  assert.equal(denied.exec(bench.ask('path=/&listcorruptfileblocks=1', 'carol'))?.[1], 'listCorruptFileBlocks');
  bench.harness.run('alice', CommandKind.SET_PERMISSION, { path: '/d', mode: 0o700 });
  assert.match(
    bench.ask('path=/', 'carol'),
    /\nPermission denied: user=carol, access=READ_EXECUTE.*\n\n\nFsck on path '\/' FAILED$/,
  );
  assert.match(bench.ask('path=/nope'), /DATE\n\n\nPath '\/nope' does not exist$/);
});

test('with delete, only what lost blocks is deleted; a refusal is told', () => {
  const sound = new Bench([0, 1]);
  assert.match(sound.ask('path=/&delete=1'), /HEALTHY$/);
  assert.deepEqual(sound.removed, []);
  const bench = new Bench([]);
  assert.match(bench.ask('path=/&delete=1'), /is CORRUPT$/);
  assert.deepEqual(bench.removed, ['/d/a']);
  bench.refusesRemoval = true;
  assert.match(bench.ask('path=/&delete=1'), /fsck encountered internal errors!\n\n\nFsck on path '\/' FAILED$/);
});

test('a check waits for its reader, and ends when the reader has gone', () => {
  const bench = new Bench([0, 1]);
  let pieces = 0;
  let goOn: (() => void) | undefined;
  const output = {
    closed: false,
    write: () => {
      pieces++;
      return false;
    },
    onceReady: (ready: () => void) => {
      goOn = ready;
    },
    end: () => assert.fail('nobody is there'),
  };
  bench.start('path=/&files=1', 'root', output);
  bench.turn();
  assert.equal(pieces, 1);
  output.closed = true;
  goOn?.();
  bench.turn();
  assert.equal(pieces, 1);
});

test('replicas that differ are told, and the filesystem is CORRUPT once nobody can say which one is wrong', () => {
  const bench = new Bench([0, 1]);
  const replica = { id: 1073741825, stamp: 1001, lengthBytes: 60 };
  for (const i of [0, 1]) bench.cluster.incremental(i, 'RECEIVED', { ...replica, digest: i + 1 });
  const checking = bench.ask('path=/d');
  assert.match(checking, /\n\/d\/a: {2}Replicas of BP-1:blk_1073741825_1001 differ\. They are being checked\.\n/);
  assert.match(checking, /\n Blocks with differing replicas:\t1\n[\s\S]*HEALTHY$/);
  for (const i of [0, 1]) bench.cluster.incremental(i, 'RECEIVED', { ...replica, digest: i + 1 }, '', true);
  const undecided = bench.ask('path=/d');
  assert.match(undecided, /differ\. Each of them matches its own checksums, so nobody can say which one is wrong/);
  assert.match(undecided, /The filesystem under path '\/d' is CORRUPT$/);
});

test('-move has what is left of files with lost blocks copied, before -delete removes them', () => {
  const sound = new Bench([0, 1]);
  assert.match(sound.ask('path=/&move=1'), /is HEALTHY$/);
  assert.deepEqual(sound.rescued, []);
  const lost = new Bench([]);
  assert.match(lost.ask('path=/&move=1'), /is CORRUPT$/);
  assert.deepEqual(lost.removed, []);
  const spoiled = new Bench([0]);
  spoiled.spoil(0);
  assert.match(spoiled.ask('path=/&move=1&delete=1'), /is CORRUPT$/);
  assert.deepEqual(spoiled.removed, ['/d/a']);
  const block = { offsetBytes: 0, lengthBytes: 60 };
  assert.deepEqual(lost.rescued, [{ path: '/d/a', mode: 0o644, blocks: [{ ...block, known: false }] }]);
  assert.deepEqual(spoiled.rescued, [{ path: '/d/a', mode: 0o644, blocks: [{ ...block, known: true }] }]);
  spoiled.rescuesAll = false;
  assert.match(spoiled.ask('path=/&move=1'), /\nfsck encountered internal errors!\n\n\nFsck on path '\/' FAILED$/);
});

test('explain: what happened to each block in trouble, when, and what to do next', () => {
  const spoiled = new Bench([0]);
  spoiled.spoil(0);
  const corrupt = spoiled.ask('path=/d/a&explain=1');
  assert.match(
    corrupt,
    /CORRUPT 1 blocks of total size 60 B\.\n {4}blk_1073741825 - what happened: every replica is corrupt: 10\.0\.0\.0:9866 \(CORRUPTION_REPORTED\)\. The replica on 10\.0\.0\.0:9866 was reported corrupt at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.\n {4}blk_1073741825 - what to do: Nothing is deleted by itself/,
  );
  const few = new Bench([0], 3);
  const waits = few.ask('path=/d/a&explain=1&files=1');
  assert.match(waits, /what happened: 1 of 3 replicas are known\. No datanode is dead\.\n/);
  assert.match(waits, /what to do: Nothing: a copy is on its way to |what to do: Nothing at first: it waits/);
  assert.doesNotMatch(few.ask('path=/d/a'), /what happened/);

  const lost = new Bench([0], 1);
  lost.cluster.nowMs += 700_000;
  for (const i of [1, 2]) lost.cluster.heartbeat(i);
  lost.cluster.settle();
  assert.match(
    lost.ask('path=/d/a&explain=1'),
    /what happened: no good replica is left\. The last good one was on 10\.0\.0\.0:9866, which was declared dead at \S+ \(last heard of at \S+\)\.\n.*what to do: Start the datanodes that are dead, with their old data folders: 10\.0\.0\.0:9866\. If that cannot be/,
  );
  const gone = new Bench([0], 1);
  gone.cluster.incremental(0, 'DELETED', { id: 1073741825, stamp: 1001, lengthBytes: 60 });
  assert.match(gone.ask('path=/d/a&explain=1'), /10\.0\.0\.0:9866 told at \S+ that it has its replica no more\./);
  const never = new Bench([], 1);
  assert.match(never.ask('path=/d/a&explain=1'), /This namenode has not seen it happen: it was so before it started\./);
  const half = new Bench([0, 1]);
  half.spoil(1);
  half.cluster.nowMs += 60_000;
  assert.match(
    half.ask('path=/d/a&explain=1'),
    /what happened: 1 of 2 replicas are known\. .* Corrupt: 10\.0\.0\.1:9866 \(CORRUPTION_REPORTED\)\. The replica on 10\.0\.0\.1:9866 was reported corrupt/,
  );
});

test('explain: replicas on too few racks', () => {
  const bench = new Bench([0, 2], 2, 2);
  assert.match(
    bench.ask('path=/d/a&explain=1'),
    /what happened: its replicas stand on 1 rack fewer than they should\.\n.*what to do: Nothing: one is copied/,
  );
});

test('explain: datanodes that are silent, and files that are open', () => {
  const bench = new Bench([0, 1]);
  assert.doesNotMatch(bench.ask('path=/d/a&explain=1'), /what happened/);
  bench.pass(40_000);
  bench.cluster.heartbeat(1);
  assert.match(
    bench.ask('path=/d/a&explain=1'),
    /what happened: no heartbeat has come for 40 s from 10\.0\.0\.0:9866\.\n.*what to do: Look after these datanodes/,
  );
  bench.open('/d/open');
  assert.doesNotMatch(bench.ask('path=/d/open&explain=1'), /what happened/);
  const open = bench.ask('path=/d/open&explain=1&openforwrite=1');
  assert.match(open, /blk_\d+ - what happened: it is being written\.\n.*rfs dfsadmin -listOpenFiles -path \/d\/open/);
});
