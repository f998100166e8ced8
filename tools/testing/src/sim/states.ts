import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Clock, Disk } from '@rfs/base/seams';
import { appliedIn, PreparedState, type StateMachine } from '@rfs/namenode/namespace';
import type { StateEngine, StateIndex } from '@rfs/namenode/snapshots';
import { ImageStore } from './image-store.js';

const FILE = 'rows';
/** From then on, so long until the engine says that it is done, in ms. */
const ADOPT_MS = 2;

interface EngineParts {
  readonly disk: Disk;
  readonly store: ImageStore;
  readonly machine: StateMachine;
  readonly clock: Clock;
  /** What a copy of the store holds. */
  readonly copied: (store: ImageStore) => ImageStore;
  /** The state in `folder` is in use from now on; `done` once what was derived from the one before is gone. */
  readonly adopted: (folder: string, done: () => void) => void;
}

/** The simulated store as snapshots see it: a copy is a file with all rows. */
export class RowsEngine implements StateEngine {
  readonly fileName = FILE;
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  copy(folder: string, done: (error: Error | null) => void): void {
    const { disk, store, copied } = this.parts;
    disk.makeFolder(folder);
    const file = disk.open(`${folder}/${FILE}`);
    file.write([encodeRows(copied(store.image()))], 0, (error) => {
      file.close();
      done(error);
    });
  }

  inspect(folder: string, done: (result: StateIndex | Error) => void): void {
    const { index, term } = appliedIn(readState(this.parts.disk, folder));
    done({ index: index as LogIndex, term: term as Term });
  }

  adopt(folder: string, done: (error: Error | null) => void): void {
    const { disk, store, machine, clock, adopted } = this.parts;
    const other = readState(disk, folder);
    const prepared = new PreparedState(other);
    const prepare = (): void => {
      if (!prepared.step()) {
        clock.setTimer(0, prepare);
        return;
      }
      store.exchange(other);
      machine.reload(prepared);
      adopted(folder, () => clock.setTimer(ADOPT_MS, () => done(null)));
    };
    prepare();
  }

  discard(folder: string): void {
    discardState(this.parts.disk, folder);
  }
}

/** Removes the states in `folder`, and in the folders of copies in it. */
export function discardState(disk: Disk, folder: string): void {
  for (const name of disk.list(folder)) {
    const path = `${folder}/${name}`;
    if (name === FILE) disk.removeSync(path);
    else discardState(disk, path);
  }
}

/** The state that a copy in `folder` holds. */
export function readState(disk: Disk, folder: string): ImageStore {
  const file = disk.open(`${folder}/${FILE}`);
  const bytes = new Uint8Array(file.size());
  file.readSync(bytes, 0);
  file.close();
  const reader = new ByteReader(bytes);
  const store = new ImageStore();
  store.write((writer) => {
    while (reader.offset < bytes.length) {
      const key = Uint8Array.from(reader.bytes(reader.uint32()));
      writer.put(key, Uint8Array.from(reader.bytes(reader.uint32())));
    }
  });
  return store;
}

function encodeRows(store: ImageStore): Uint8Array {
  const writer = new ByteWriter(4096);
  store.range(Uint8Array.of(0), Uint8Array.of(0xff), (key, value) => {
    writer.uint32(key.length);
    writer.bytes(key);
    writer.uint32(value.length);
    writer.bytes(value);
    return true;
  });
  return writer.copy();
}
