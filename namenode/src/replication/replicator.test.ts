import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeDisk, PowerLost, SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import { seededRandom, systemClock, systemRandom } from '@rfs/base/system';
import { Answers, Bench, FOLDER, ListApplier } from './bench.fixture.js';
import { Replicator, StartRefused } from './index.js';

/** Lets disk and event loop go on until nothing moves. */
function settle(disk: SimulatedDisk, bench: Bench): void {
  let moved = true;
  while (moved) {
    moved = bench.turns.run();
    while (disk.step()) moved = true;
  }
}

function started(disk: SimulatedDisk, applier = new ListApplier(), overrides = {}): Bench {
  const bench = new Bench(disk, applier, overrides).start();
  settle(disk, bench);
  return bench;
}

function propose(bench: Bench, answers: Answers, ...commands: string[]): void {
  for (const command of commands) bench.replicator.propose(Buffer.from(command), answers.sink());
}

describe('a group of one', () => {
  test('founds its cluster in an empty folder, once', () => {
    const disk = new SimulatedDisk();
    const applier = new ListApplier();
    const first = started(disk, applier);
    assert.equal(first.serving, true);
    assert.equal(first.replicator.leading, true);
    assert.equal(applier.identity, 'CID-test');
    assert.equal(applier.appliedIndex, 3, 'identity, membership, and the first entry of the term');
    const identity = (): Uint8Array => assert.fail('a second identity');
    const again = started(disk, new ListApplier(), { identity });
    assert.equal(again.serving, true);
    assert.equal(again.replicator.appliedIndex, 4);
    assert.equal(again.replicator.term, 3);
  });

  test('answers only what is durable, in order, with the results and indexes of the state machine', () => {
    const disk = new SimulatedDisk();
    const applier = new ListApplier();
    const bench = started(disk, applier);
    const answers = new Answers();
    propose(bench, answers, 'a', 'b');
    while (bench.turns.run());
    assert.deepEqual(applier.commands, []);
    assert.deepEqual(answers.heard, [], 'not written yet');
    disk.step();
    assert.deepEqual(answers.heard, ['did a', 'did b']);
    assert.deepEqual(answers.indexes, [4, 5]);
    assert.equal(bench.replicator.waitingCount, 0);
    assert.equal(bench.replicator.waitingBytes, 0);
  });

  test('the proposals of turns that each bring more are one write, those of a sync under way the next', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    bench.writes.length = 0;
    const answers = new Answers();
    propose(bench, answers, ...Array.from({ length: 50 }, (_, i) => `first ${i}`));
    bench.turns.run();
    propose(bench, answers, ...Array.from({ length: 20 }, (_, i) => `second ${i}`));
    while (bench.turns.run());
    for (let turn = 0; turn < 5; turn++) {
      propose(bench, answers, `turn ${turn}`, `turn ${turn} too`);
      bench.turns.run();
    }
    settle(disk, bench);
    assert.deepEqual(bench.writes, [70, 10]);
    assert.equal(answers.heard.length, 80);
  });

  test('a proposal that is alone waits for no others', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    const answers = new Answers();
    propose(bench, answers, 'alone');
    bench.turns.run();
    disk.step();
    assert.deepEqual(answers.heard, ['did alone']);
  });

  test('proposals that never stop coming do not wait for their end', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    bench.writes.length = 0;
    const answers = new Answers();
    for (let turn = 0; turn < 20; turn++) {
      propose(bench, answers, `turn ${turn}`, `turn ${turn} too`);
      bench.turns.run();
    }
    settle(disk, bench);
    assert.deepEqual(bench.writes, [16, 24]);
    assert.equal(answers.heard.length, 40);
  });

  test('a restart replays what the state machine has lost, in bounded batches', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    propose(bench, new Answers(), ...Array.from({ length: 100 }, (_, i) => `c${i}`));
    settle(disk, bench);
    const applier = new ListApplier(['c0', 'c1'], 5);
    const limits = { applyCount: 10 };
    const again = started(disk, applier, { limits });
    assert.equal(again.serving, true);
    assert.deepEqual(
      applier.commands,
      Array.from({ length: 100 }, (_, i) => `c${i}`),
    );
    assert.ok(applier.batches.every((count) => count <= 10));
  });

  test('applying gives way to other work', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    propose(bench, new Answers(), ...Array.from({ length: 100 }, (_, i) => `c${i}`));
    settle(disk, bench);
    const applier = new ListApplier();
    let slow: Bench | undefined;
    const applyBatch: ListApplier['applyBatch'] = (entries, results) => {
      slow!.clock.advance(6);
      applier.applyBatch(entries, results);
    };
    const limits = { applyCount: 10, applySliceMs: 10 };
    slow = new Bench(disk, { appliedIndex: 0 as LogIndex, congested: false, applyBatch }, { limits });
    slow.start();
    assert.equal(applier.appliedIndex, 3, 'what the journal itself knows to be committed');
    disk.runAll();
    assert.equal(applier.appliedIndex, 23, 'two batches of 6 ms at once');
    slow.turns.run();
    assert.equal(applier.appliedIndex, 43);
    settle(disk, slow);
    assert.equal(slow.serving, true);
  });

  test('applying pauses while the state machine is congested, and goes on by itself', () => {
    const disk = new SimulatedDisk();
    const applier = new ListApplier();
    const bench = started(disk, applier);
    const answers = new Answers();
    applier.congested = true;
    propose(bench, answers, 'a', 'b');
    settle(disk, bench);
    bench.clock.advance(1000);
    assert.deepEqual(applier.commands, []);
    applier.congested = false;
    bench.clock.advance(1000);
    assert.deepEqual(applier.commands, ['a', 'b']);
    assert.deepEqual(answers.heard, ['did a', 'did b']);
  });

  test('reads wait for what was committed before them, those of one turn together', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    const answers = new Answers();
    const heard: string[] = [];
    const read = (name: string): void =>
      bench.replicator.readIndex({ readable: (index) => heard.push(`${name} at ${index}`), refused: () => {} });
    read('first');
    settle(disk, bench);
    propose(bench, answers, 'a');
    settle(disk, bench);
    read('second');
    read('third');
    settle(disk, bench);
    assert.deepEqual(heard, ['first at 3', 'second at 4', 'third at 4']);
  });
});

describe('limits and failures', () => {
  test('too many waiting proposals are told to come back', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk, new ListApplier(), { limits: { waitingCount: 3, waitingBytes: 10 } });
    const answers = new Answers();
    propose(bench, answers, 'a', 'b', 'c', 'd');
    assert.deepEqual(
      answers.failures.map(({ code }) => code),
      ['RetriableException'],
    );
    settle(disk, bench);
    propose(bench, answers, '12345678', '123');
    assert.equal(answers.failures.length, 2);
    assert.equal(bench.refusedProposals, 2);
    settle(disk, bench);
    propose(bench, answers, 'again');
    settle(disk, bench);
    assert.equal(answers.heard.length, 5);
  });

  test('a full disk refuses changes, keeps reading, and goes on when there is room', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    const answers = new Answers();
    disk.setFaults(({ kind }) => (kind === 'syncedWrite' ? 'ENOSPC' : undefined));
    propose(bench, answers, 'a');
    settle(disk, bench);
    propose(bench, answers, 'b');
    assert.equal(answers.failures.length, 2);
    assert.match(answers.failures[0]!.message, /SafeModeException: .*no room/);
    let readable = false;
    bench.replicator.readIndex({
      readable: () => {
        readable = true;
      },
      refused: () => {},
    });
    settle(disk, bench);
    assert.equal(readable, true);
    disk.setFaults(undefined);
    bench.clock.advance(1000);
    settle(disk, bench);
    propose(bench, answers, 'c');
    settle(disk, bench);
    assert.deepEqual(answers.heard, ['did c'], 'the first one was applied too, but its caller knows of its refusal');
    assert.deepEqual(bench.fatals, []);
  });

  test('a failed sync stops the node and refuses what waits', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    const answers = new Answers();
    disk.setFaults(({ kind }) => (kind === 'syncedWrite' ? 'EIO' : undefined));
    propose(bench, answers, 'a');
    settle(disk, bench);
    assert.equal(bench.fatals.length, 1);
    assert.equal(answers.failures.length, 1);
    assert.deepEqual(answers.heard, []);
    propose(bench, answers, 'b');
    assert.equal(answers.failures.length, 2);
  });

  test('a state machine that throws stops the node', () => {
    const disk = new SimulatedDisk();
    const bench = started(disk);
    const answers = new Answers();
    propose(bench, answers, 'throw', 'after');
    settle(disk, bench);
    assert.match(bench.fatals[0]!.message, /state machine broke/);
    assert.deepEqual(answers.heard, []);
    assert.equal(answers.failures.length, 2);
  });

  test('an empty folder beside other members, or beside a state, is refused', () => {
    const open = (applier: ListApplier, alone: boolean) => () => new Bench(new SimulatedDisk(), applier, { alone });
    assert.throws(open(new ListApplier(), false), StartRefused);
    assert.throws(open(new ListApplier([], 9), true), StartRefused);
  });

  test('a state newer than the journal is refused', () => {
    const disk = new SimulatedDisk();
    started(disk);
    assert.throws(() => started(disk, new ListApplier([], 10)), /holds entry 10, the journal .* ends with 3/);
  });

  test('the journal is cut below what is durable elsewhere, and keeps what it is told to', () => {
    const disk = new SimulatedDisk();
    const limits = { segmentBytes: 5000, retainedBytes: 30_000 };
    const applier = new ListApplier();
    const bench = started(disk, applier, { limits });
    for (let i = 0; i < 100; i++) {
      propose(bench, new Answers(), 'x'.repeat(400));
      settle(disk, bench);
    }
    const files = disk.list(FOLDER).length;
    bench.replicator.cutBelow(50 as LogIndex);
    settle(disk, bench);
    assert.ok(disk.list(FOLDER).length < files);
    assert.ok(bench.replicator.firstIndex <= 50);
    bench.replicator.cutBelow(1000 as LogIndex);
    settle(disk, bench);
    assert.ok(bench.replicator.journalBytes > 25_000, 'the rest is retained');
    const again = new ListApplier(applier.commands.slice(), applier.appliedIndex);
    assert.equal(started(disk, again, { limits }).serving, true);
  });
});

describe('power loss', () => {
  test('at any operation of the disk: nothing answered is lost, and what was applied is in the log', () => {
    for (let stopAt = 1; ; stopAt++) {
      const random = seededRandom(stopAt);
      const disk = new SimulatedDisk({ faults: ({ number }) => (number === stopAt ? 'stop' : undefined) });
      const answers = new Answers();
      const applier = new ListApplier();
      let number = 0;
      try {
        const limits = { segmentBytes: 4500 };
        const bench = started(disk, applier, { limits });
        for (let i = 0; i < 20; i++) {
          for (let count = 1 + random.below(4); count > 0; count--) propose(bench, answers, `command ${++number}`);
          bench.turns.run();
          for (let steps = random.below(3); steps > 0; steps--) disk.step();
        }
        settle(disk, bench);
      } catch (error) {
        assert.ok(error instanceof PowerLost, String(error));
      }
      if (!disk.stopped) break;
      const found = disk.crash(random);
      // The store is as old as the power loss left it: anything from empty to all that was applied.
      const applied = random.below(applier.appliedIndex + 1);
      const kept = applier.commands.slice(0, Math.max(0, applied - 3));
      const restarted = new ListApplier(kept, applied);
      const bench = started(found, restarted);
      assert.equal(bench.serving, true, `stopped at ${stopAt}`);
      const commands = restarted.commands;
      assert.ok(commands.length >= answers.heard.length, `stopped at ${stopAt}: ${commands.length} commands`);
      assert.deepEqual(
        commands,
        Array.from({ length: commands.length }, (_, i) => `command ${i + 1}`),
      );
    }
  });
});

test('the whole path on a real disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-replicator-'));
  try {
    const run = async (applier: ListApplier, commands: number): Promise<void> => {
      const replicator = Replicator.open({
        disk: nodeDisk,
        folder: join(folder, 'journal'),
        clock: systemClock,
        random: systemRandom(),
        nextTurn: setImmediate,
        applier,
        observer: { journalWrote: () => {}, appliedBatch: () => {}, proposalRefused: () => {} },
        alone: true,
        identity: () => Buffer.from('CID-real'),
        fatal: (error) => assert.fail(error),
      });
      await new Promise<void>((resolve) => replicator.start(resolve));
      const answers = new Answers();
      await new Promise<void>((resolve, reject) => {
        let left = commands;
        for (let i = 0; i < commands; i++) {
          const { applied } = answers.sink();
          replicator.propose(Buffer.from(`real ${i}`), {
            applied: (result, index) => {
              applied(result, index);
              if (--left === 0) resolve();
            },
            refused: (failure) => reject(new Error(failure.message)),
          });
        }
      });
      assert.equal(answers.heard.length, commands);
      await new Promise<void>((resolve) => replicator.close(resolve));
    };
    const first = new ListApplier();
    await run(first, 1000);
    const second = new ListApplier();
    await run(second, 10);
    assert.equal(second.commands.length, 1010);
    assert.equal(second.identity, 'CID-real');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
