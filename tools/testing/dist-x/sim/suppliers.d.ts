import { type Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { PeerId, SnapshotMark } from '@rfs/namenode/raft';
import type { SnapshotChunk, SnapshotOffer, SnapshotSuppliers } from '@rfs/namenode/snapshots';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';
import type { SimProcess } from './process.js';
type Done<T> = (result: T | Failure) => void;
/** The way to other members' states over simulated links. */
export declare class SimSuppliers implements SnapshotSuppliers {
    private readonly world;
    private readonly member;
    private readonly process;
    constructor(world: World, member: SimMember, process: SimProcess);
    offer(from: PeerId, index: LogIndex, done: Done<SnapshotOffer>): void;
    read(from: PeerId, id: number, offset: number, done: Done<SnapshotChunk>): void;
    /** Where the journal of `from` begins. */
    journalStart(from: PeerId, done: Done<SnapshotMark>): void;
    close(): void;
    private ask;
    private pieceOf;
}
export {};
//# sourceMappingURL=suppliers.d.ts.map