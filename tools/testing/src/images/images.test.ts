import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { RecordedDisk } from './recorded-disk.js';
import { RecordedFile } from './recorded-file.js';
import { ALL_THERE, anySurvival, type Survival } from './survival.js';

const random = seededRandom(1);
const NOTHING: Survival = { sectorBytes: 512, keepsLength: false, lives: () => false };

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

/** A record of one process, `under` /d. */
class Record {
  private bytes = Buffer.alloc(0);

  add(type: number, handle: number, number = 0, ...rest: (string | Uint8Array | number)[]): this {
    const parts = rest.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`);
      if (typeof part === 'object') return part;
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(part));
      return bytes;
    });
    const head = Buffer.alloc(21);
    head.writeUInt32LE(17 + parts.reduce((sum, part) => sum + part.length, 0));
    head[4] = type;
    head.writeBigUInt64LE(BigInt(handle), 5);
    head.writeBigUInt64LE(BigInt(number), 13);
    let at = this.bytes.length;
    const grown = Buffer.alloc(at + 4 + head.readUInt32LE());
    grown.set(this.bytes);
    for (const part of [head, ...parts]) {
      grown.set(part, at);
      at += part.length;
    }
    this.bytes = grown;
    return this;
  }

  disk(): RecordedDisk {
    const disk = new RecordedDisk(this.bytes, '/d');
    disk.advance(this.bytes.length);
    return disk;
  }
}

test('what was written before a sync began stays, of the rest any sectors', () => {
  const file = new RecordedFile();
  file.write(0, filled(1024, 1));
  const began = file.position;
  file.write(512, filled(1024, 2));
  file.synced(began);
  assert.deepEqual(file.afterPowerLoss(random, NOTHING), Buffer.from(filled(1024, 1)));
  assert.deepEqual(file.afterPowerLoss(random, ALL_THERE), Buffer.from(file.current()));
  const seen = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const image = file.afterPowerLoss(random, anySurvival(random));
    seen.add([0, 512, 1024].map((at) => image[at] ?? '-').join());
  }
  assert.deepEqual([...seen].sort(), ['1,1,-', '1,1,0', '1,1,2', '1,2,-', '1,2,0', '1,2,2']);
});

test('a sector has its content of one moment, and one synced by itself always', () => {
  const file = new RecordedFile();
  file.write(0, filled(10, 1));
  file.write(0, filled(10, 2), 7);
  file.write(600, filled(10, 3));
  file.wrote(7);
  for (let i = 0; i < 100; i++) assert.equal(file.afterPowerLoss(random, anySurvival(random))[0], 2);
});

test('names are there once their folder is synced, renamings as a whole', () => {
  const made = new Record()
    .add(1, 0)
    .add(2, 1, 0, '/d/new')
    .add(2, 2, 0, '/d')
    .add(8, 2, 5)
    .add(2, 3, 0, '/d/other')
    .add(9, 2, 5);
  assert.deepEqual([...made.disk().root.afterPowerLoss(random, NOTHING).keys()], ['new']);
  assert.deepEqual([...made.disk().root.current().keys()], ['new', 'other']);
  const { root } = made.add(6, 0, 0, '/d/new', '/d/other').disk();
  assert.deepEqual([...root.current().keys()], ['other']);
  assert.deepEqual([...root.afterPowerLoss(random, NOTHING).keys()], ['new']);
});

test('a sync that has not ended proves nothing', () => {
  const begun = new Record().add(1, 0).add(2, 1, 0, '/d/file').add(2, 2, 0, '/d').add(8, 2, 1).add(9, 2, 1);
  const file = begun.add(4, 1, 2, 0, filled(3, 9)).add(8, 1, 3).disk().root.current().get('file') as RecordedFile;
  assert.equal(file.afterPowerLoss(random, NOTHING).length, 0);
  const synced = begun.add(9, 1, 3).disk().root.current().get('file') as RecordedFile;
  assert.equal(synced.afterPowerLoss(random, NOTHING).length, 3);
});
