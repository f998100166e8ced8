import type { Clock, Disk } from '@rfs/base/seams';
import { type StateMachine } from '@rfs/namenode/namespace';
import type { StateEngine, StateIndex } from '@rfs/namenode/snapshots';
import { ImageStore } from './image-store.js';
interface EngineParts {
    readonly disk: Disk;
    readonly store: ImageStore;
    readonly machine: StateMachine;
    readonly clock: Clock;
    /** What a copy of the store holds. */
    readonly copied: (store: ImageStore) => ImageStore;
    /** The state in `folder` is in use from now on. */
    readonly adopted: (folder: string) => void;
}
/** The simulated store as snapshots see it: a copy is a file with all rows. */
export declare class RowsEngine implements StateEngine {
    readonly fileName = "rows";
    private readonly parts;
    constructor(parts: EngineParts);
    copy(folder: string, done: (error: Error | null) => void): void;
    inspect(folder: string, done: (result: StateIndex | Error) => void): void;
    adopt(folder: string, done: (error: Error | null) => void): void;
    discard(folder: string): void;
}
/** Removes the states in `folder`, and in the folders of copies in it. */
export declare function discardState(disk: Disk, folder: string): void;
/** The state that a copy in `folder` holds. */
export declare function readState(disk: Disk, folder: string): ImageStore;
export {};
//# sourceMappingURL=states.d.ts.map