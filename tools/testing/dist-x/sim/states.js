import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import { appliedIn } from '@rfs/namenode/namespace';
import { ImageStore } from './image-store.js';
const FILE = 'rows';
/** From the exchange of the store on, so long until the engine says that it is done, in ms. */
const ADOPT_MS = 2;
/** The simulated store as snapshots see it: a copy is a file with all rows. */
export class RowsEngine {
    fileName = FILE;
    parts;
    constructor(parts) {
        this.parts = parts;
    }
    copy(folder, done) {
        const { disk, store, copied } = this.parts;
        disk.makeFolder(folder);
        const file = disk.open(`${folder}/${FILE}`);
        file.write([encodeRows(copied(store.image()))], 0, (error) => {
            file.close();
            done(error);
        });
    }
    inspect(folder, done) {
        const { index, term } = appliedIn(readState(this.parts.disk, folder));
        done({ index: index, term: term });
    }
    adopt(folder, done) {
        const { disk, store, machine, clock, adopted } = this.parts;
        store.exchange(readState(disk, folder));
        machine.reload();
        adopted(folder);
        clock.setTimer(ADOPT_MS, () => done(null));
    }
    discard(folder) {
        discardState(this.parts.disk, folder);
    }
}
/** Removes the states in `folder`, and in the folders of copies in it. */
export function discardState(disk, folder) {
    for (const name of disk.list(folder)) {
        const path = `${folder}/${name}`;
        if (name === FILE)
            disk.remove(path);
        else
            discardState(disk, path);
    }
}
/** The state that a copy in `folder` holds. */
export function readState(disk, folder) {
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
function encodeRows(store) {
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
//# sourceMappingURL=states.js.map