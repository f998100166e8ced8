import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import { Failure } from '@rfs/base/failure';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { type SnapshotMark, soleMember } from '../raft/index.js';
import { CHUNK_BYTES } from './contract.js';
import { SnapshotFetcher, SnapshotSource, type SnapshotSuppliers, type StateEngine } from './index.js';
import { readInstalled, staleStates } from './installed.js';

const NAME = '/name';
const INDEX = 42 as LogIndex;
const MARK: SnapshotMark = { index: INDEX, term: 3 as Term, membership: soleMember(1) };
/** More than are on their way at once. */
const STATE = Buffer.alloc(4.5 * CHUNK_BYTES, 'state ');

/** A state that is a text; copies of it are files of the simulated disk. */
class TextEngine implements StateEngine {
  readonly fileName = 'text';
  copies = 0;
  adopted = '';
  private readonly disk: SimulatedDisk;

  constructor(disk: SimulatedDisk) {
    this.disk = disk;
  }

  copy(folder: string, done: (error: Error | null) => void): void {
    this.copies++;
    this.disk.makeFolder(folder);
    const file = this.disk.open(`${folder}/text`);
    file.write([STATE], 0, (error) => {
      file.close();
      done(error);
    });
  }

  inspect(_folder: string, done: (result: { index: LogIndex; term: Term }) => void): void {
    done(MARK);
  }

  adopt(folder: string, done: (error: Error | null) => void): void {
    this.adopted = folder;
    done(null);
  }

  discard(folder: string): void {
    for (const name of this.disk.list(folder)) {
      const path = `${folder}/${name}`;
      if (name.includes('copy-')) this.discard(path);
      else this.disk.removeSync(path);
    }
  }
}

/** One member that gives, one that takes, and the way between them, which a test may break. */
class Pair {
  readonly clock = new VirtualClock();
  readonly sourceDisk = new SimulatedDisk();
  readonly disk: SimulatedDisk;
  readonly sourceEngine = new TextEngine(this.sourceDisk);
  readonly source: SnapshotSource;
  readonly fetcher: SnapshotFetcher;
  readonly engine: TextEngine;
  readonly heard: (SnapshotMark | null)[] = [];
  readonly offsets: number[] = [];
  broken = false;
  flip = -1;
  pins = 0;

  constructor(disk = new SimulatedDisk()) {
    this.disk = disk;
    disk.makeFolder(NAME);
    disk.syncFolderSync('/');
    this.engine = new TextEngine(disk);
    this.source = new SnapshotSource({
      disk: this.sourceDisk,
      folder: '/source/copies',
      engine: this.sourceEngine,
      clock: this.clock,
      random: seededRandom(1),
      nextTurn: (action) => action(),
      membershipAt: () => MARK.membership,
      keepAbove: () => {
        this.pins++;
        return () => {
          this.pins--;
        };
      },
    });
    const suppliers: SnapshotSuppliers = {
      offer: (_from, index, done) => {
        if (this.broken) done(new Failure('ConnectException', 'broken'));
        else this.source.offer(index, done);
      },
      read: (_from, id, offset, done) => {
        if (this.broken) {
          done(new Failure('ConnectException', 'broken'));
          return;
        }
        this.offsets.push(offset);
        const result = this.source.read(id, offset);
        if (!(result instanceof Failure) && this.flip === offset) {
          this.flip = -1;
          result.data[7] = 0;
        }
        done(result);
      },
      close: () => undefined,
    };
    const log = { info: () => undefined, warn: () => undefined };
    this.fetcher = new SnapshotFetcher({ disk, folder: NAME, engine: this.engine, suppliers, clock: this.clock, log });
  }

  fetch(): void {
    this.fetcher.fetch(MARK, 1, (got) => this.heard.push(got));
  }

  run(): void {
    for (let more = true; more; ) {
      more = this.sourceDisk.step();
      if (this.disk.step()) more = true;
    }
  }

  content(name: string, disk = this.disk): Buffer {
    const file = disk.open(`${NAME}/${name}/text`);
    const bytes = Buffer.alloc(file.size());
    file.readSync(bytes, 0);
    return bytes;
  }
}

test('a state comes in pieces, and what a start goes on with is whole also after power loss', () => {
  const pair = new Pair();
  pair.fetch();
  pair.run();
  assert.deepEqual(pair.heard, [MARK]);
  for (let seed = 0; seed < 5; seed++) {
    const found = pair.disk.crash(seededRandom(seed));
    const installed = readInstalled(found, NAME);
    assert.deepEqual(installed?.mark, MARK);
    assert.ok(pair.content(installed!.name, found).equals(STATE));
    assert.deepEqual(staleStates(found, NAME, installed), []);
  }
  assert.equal(pair.fetcher.progress, 1);
  pair.fetcher.install((error) => assert.equal(error, null));
  assert.match(pair.engine.adopted, /^\/name\/state-42-/);
  assert.equal(pair.fetcher.progress, undefined);
});

test('after a break the same copy goes on where it was', () => {
  const pair = new Pair();
  pair.fetch();
  while (pair.offsets.length < 2) {
    pair.sourceDisk.step();
    pair.disk.step();
  }
  pair.broken = true;
  pair.run();
  assert.ok((pair.fetcher.progress ?? 0) > 0.3);
  pair.clock.advance(1000);
  pair.run();
  assert.deepEqual(pair.heard, []);
  pair.broken = false;
  pair.clock.advance(1000);
  pair.run();
  assert.deepEqual(pair.heard, [MARK]);
  assert.equal(pair.sourceEngine.copies, 1);
  assert.equal(pair.offsets.filter((offset) => offset === 0).length, 1);
});

test('given up after a while, and gone on with at the next request', () => {
  const pair = new Pair();
  pair.fetch();
  while (pair.offsets.length < 2) {
    pair.sourceDisk.step();
    pair.disk.step();
  }
  pair.broken = true;
  pair.run();
  pair.clock.advance(10_000);
  assert.deepEqual(pair.heard, [null]);
  pair.broken = false;
  pair.fetch();
  pair.run();
  assert.deepEqual(pair.heard, [null, MARK]);
  assert.equal(pair.offsets.filter((offset) => offset === 0).length, 1);
});

test('a damaged piece is asked for again', () => {
  const pair = new Pair();
  pair.flip = CHUNK_BYTES;
  pair.fetch();
  pair.run();
  assert.deepEqual(pair.heard, []);
  pair.clock.advance(300);
  pair.run();
  assert.deepEqual(pair.heard, [MARK]);
  assert.ok(pair.content(readInstalled(pair.disk, NAME)!.name).equals(STATE));
});

test('a copy is kept while it is read, then removed, and its entries with it', () => {
  const pair = new Pair();
  pair.fetch();
  pair.run();
  assert.equal(pair.pins, 1);
  const first = pair.fetcher;
  assert.ok(first);
  pair.clock.advance(70_000);
  assert.equal(pair.pins, 0);
  pair.fetch();
  pair.run();
  assert.equal(pair.sourceEngine.copies, 2);
  pair.source.close();
  assert.equal(pair.pins, 0);
});

test('power loss at any operation leaves nothing, or the whole state, to go on with', () => {
  const outcomes = new Set<boolean>();
  let stopped = true;
  for (let point = 1; stopped; point++) {
    const pair = new Pair();
    const base = pair.disk.operationCount;
    pair.disk.setFaults(({ number }) => (number === base + point ? 'stop' : undefined));
    try {
      pair.fetch();
      pair.run();
    } catch (error) {
      if (!pair.disk.stopped) throw error;
    }
    stopped = pair.disk.stopped;
    for (let seed = 0; seed < 4; seed++) {
      const found = pair.disk.crash(seededRandom(seed));
      const installed = readInstalled(found, NAME);
      outcomes.add(installed !== undefined);
      if (installed !== undefined) assert.ok(pair.content(installed.name, found).equals(STATE));
      else assert.ok(!stopped || pair.heard[0] === undefined || pair.heard[0] === null);
    }
  }
  assert.deepEqual([...outcomes].sort(), [false, true]);
});
