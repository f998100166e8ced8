import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { Disk } from '@rfs/base/seams';
import type { Store, StoreReader } from '@rfs/base/store';

const FIRST_KEY = Uint8Array.of(0);
const END_KEY = new Uint8Array(511).fill(0xff);

/**
 * Writes all rows of a store into a new file: how a memory store, which has no files, gives and takes copies (tests and
 * the simulator). The rows are those of the call; the file is not synced.
 */
export function writeRowsFile(store: StoreReader, disk: Disk, path: string, done: (error: Error | null) => void): void {
  const writer = new ByteWriter(64 << 10);
  store.range(FIRST_KEY, END_KEY, (key, value) => {
    writer.uint32(key.length);
    writer.bytes(key);
    writer.uint32(value.length);
    writer.bytes(value);
    return true;
  });
  const file = disk.open(path);
  file.write([writer.copy()], 0, (error) => {
    file.close();
    done(error);
  });
}

/** Adds the rows of such a file to a store. Throws MalformedBytes for what is no such file. */
export function readRowsFile(disk: Disk, path: string, store: Store): void {
  const file = disk.open(path);
  const bytes = Buffer.alloc(file.size());
  file.readSync(bytes, 0);
  file.close();
  const reader = new ByteReader(bytes);
  store.write((writer) => {
    while (reader.remaining > 0) {
      const key = reader.bytes(reader.uint32());
      writer.put(key, reader.bytes(reader.uint32()));
    }
  });
}
