import { SimulatedDisk } from '@rfs/base/disk';
import { type Failure } from '@rfs/base/failure';
import { StateMachine } from '@rfs/namenode/namespace';
import { Steward } from '@rfs/namenode/peers';
import type { Message, PeerId } from '@rfs/namenode/raft';
import { type Member, Replicator, type Standing } from '@rfs/namenode/replication';
import { SnapshotSource } from '@rfs/namenode/snapshots';
import type { World } from './cluster.js';
import { ImageStore } from './image-store.js';
import { SimProcess } from './process.js';
import { SimServer } from './server.js';
/** What a node that was taken in begins with. */
export type Admitted = Exclude<Parameters<Parameters<Steward['join']>[1]>[0], Failure>;
/** Everything of a member that is gone when its power is. */
export interface Running {
    readonly process: SimProcess;
    readonly replicator: Replicator;
    readonly machine: StateMachine;
    readonly store: ImageStore;
    readonly steward: Steward;
    /** Undefined for a journal node, which has no state. */
    readonly source: SnapshotSource | undefined;
    /** Undefined for a journal node, which takes no calls. */
    readonly server: SimServer | undefined;
}
/** One machine of the cluster: its disk, what its store would find after power loss, and the program while it runs. */
export declare class SimMember {
    readonly place: number;
    /** A journal node. */
    readonly votesOnly: boolean;
    /** Its Raft id; 0 while it has none. */
    id: PeerId;
    disk: SimulatedDisk;
    /** The store as power loss would leave it now, and the folder that it stands for. */
    image: ImageStore;
    imageIndex: number;
    running: Running | undefined;
    private imageFolder;
    /** The program, also while it only starts. */
    private process;
    /** The journal cannot be trusted any more: this identity is over. */
    spoiled: boolean;
    /** Disk operations take this much longer, in ms. */
    stallMs: number;
    private readonly world;
    private readonly random;
    private readonly clock;
    private starts;
    constructor(world: World, place: number, votesOnly: boolean);
    /** What the group's roster says of it. */
    get member(): Member;
    /** Has a disk on which it is one of those who founded the group. */
    found(founders: readonly Member[]): void;
    /** The power is on. */
    get isOn(): boolean;
    /** Starts the program on what the disk holds. */
    start(): void;
    /** The power goes off: of what was not synced, any part may be there afterwards. */
    crash(): void;
    /** Has a new, empty disk, and is nobody. */
    replace(): void;
    /** Somebody writes on the disk while no program runs. */
    rewriteDisk(write: (disk: SimulatedDisk) => void): void;
    jumpWallClock(byMs: number): void;
    /** A message of the member at `place` arrives. */
    receive(place: number, message: Message, standing: Standing): void;
    /** Somebody else's steward has taken this node in. */
    private taken;
    /** Asks all others to be taken in, as only the leader does, until one has. */
    private askToJoin;
    /** A state of another member is what this one starts from: the journal begins behind it. */
    private continueBehind;
    private begin;
    /** The state in `folder` is in use from now on; `image` is what power loss leaves of it. */
    private use;
    private applier;
    /** Carries out one event of the program; what it throws ends the program, or the run. */
    private guard;
    private fatal;
    private send;
    /** From time to time the store becomes durable, and the journal may let go of what it holds. */
    private scheduleImage;
    /** A journal node has no state to give: what it keeps goes on where any namenode that votes may have to go on. */
    private checkRetention;
    private keepImage;
    private diskOptions;
}
//# sourceMappingURL=member.d.ts.map