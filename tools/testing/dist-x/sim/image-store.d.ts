import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';
import { MemoryStore } from '@rfs/namenode/store';
/**
 * A memory store that keeps a number over its rows up to date, so that replicas can be compared at every index, and
 * of which images can be taken: what LMDB's `overlappingSync` leaves after power loss is an earlier one.
 */
export declare class ImageStore implements Store {
    readonly backlogRows = 0;
    private rows;
    private sum;
    constructor(rows?: MemoryStore, sum?: number);
    /** The same exactly when the rows are, up to chance. */
    get rowsHash(): number;
    get(key: Uint8Array): Uint8Array | undefined;
    range(from: Uint8Array, to: Uint8Array, visit: (key: Uint8Array, value: Uint8Array) => boolean, reverse?: boolean): void;
    write<T>(body: (writer: StoreWriter) => T): T;
    snapshot(): StoreSnapshot;
    whenDurable(done: (error: Error | null) => void): void;
    hotCopy(folder: string, done: (error: Error | null) => void): void;
    close(done: (error: Error | null) => void): void;
    /** Has the rows of `other` from now on, which nobody else may use. */
    exchange(other: ImageStore): void;
    /** The rows as they are now, in a store of its own. */
    image(): ImageStore;
    private leave;
}
/** The number that {@link ImageStore.rowsHash} should be, computed from all rows. */
export declare function hashOfRows(store: StoreReader): number;
//# sourceMappingURL=image-store.d.ts.map