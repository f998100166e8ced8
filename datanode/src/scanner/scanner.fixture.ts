import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import { seededRandom, systemClock, VirtualClock } from '@rfs/base/system';
import type { Block } from '../store/index.js';
import { block, bytes, Fixture, stored } from '../store/store.fixture.js';
import { Scanners, type ScanSettings } from './index.js';

export const HOUR_MS = 3_600_000;
const PATIENCE_MS = 120_000;

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
  writes: () => false,
};

/** Block scans once a day at any speed, no comparison of folders. */
const BLOCKS_ONLY: ScanSettings = {
  periodMs: 24 * HOUR_MS,
  bytesPerSecond: 1e9,
  cursorSaveMs: HOUR_MS,
  directoryIntervalMs: 0,
};

/** A store whose scanners run on a clock of the test's. */
export class ScannedStore {
  readonly clock = new VirtualClock();
  readonly bad: BlockId[] = [];
  readonly verified: BlockId[] = [];
  readonly fixture: Fixture;
  scanners!: Scanners;

  private constructor(fixture: Fixture) {
    this.fixture = fixture;
  }

  static async open(volumes: number): Promise<ScannedStore> {
    return new ScannedStore(await new Fixture(volumes).start());
  }

  get store() {
    return this.fixture.store;
  }

  /** Finalized replicas of so many bytes. */
  async add(ids: readonly number[], lengthBytes = 3000): Promise<void> {
    for (const id of ids) await stored(this.store, block(id), bytes(lengthBytes, id));
  }

  scan(settings: Partial<ScanSettings> = {}): Scanners {
    this.scanners = new Scanners({
      store: this.store,
      clock: this.clock,
      random: seededRandom('scanner'),
      log: quiet,
      settings: { ...BLOCKS_ONLY, ...settings },
      reportBad: (bad: Block) => this.bad.push(bad.blockId),
      verified: (good: Block) => this.verified.push(good.blockId),
    });
    return this.scanners;
  }

  /** Lets time pass, from one timer to the next, until something has happened: the disk takes as long as it takes. */
  async until(happened: () => boolean): Promise<void> {
    const givenUpMs = systemClock.monotonicMs() + PATIENCE_MS;
    while (!happened()) {
      assert.ok(systemClock.monotonicMs() < givenUpMs, 'nothing happened');
      await new Promise((resolve) => setImmediate(resolve));
      if (!happened()) this.clock.fireNext();
    }
  }

  /** Lets everything run that needs no time. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  paths(id: number) {
    const view = this.store.view(id as BlockId)!;
    return this.store.pathsAt(view.volume, view.blockId, view.generationStamp);
  }

  flipByte(id: number, at = 1000): void {
    const { data } = this.paths(id);
    const content = fs.readFileSync(data);
    content[at]! ^= 1;
    fs.writeFileSync(data, content);
  }

  async end(): Promise<void> {
    await this.scanners.stop();
    assert.equal(this.clock.nextDueMs(), undefined, 'a timer is left');
    await this.fixture.end();
  }
}
