import type { Journal } from '@rfs/namenode/journal';
import type { Message, PeerId, RaftCore } from '@rfs/namenode/raft';
/** Raft's invariants, looked at after everything that happens to a member. */
export declare class RaftWatch {
    private readonly leaders;
    private readonly promises;
    private readonly seen;
    /** Of every committed index: its entry's term, and the term of the leader that committed it. */
    private readonly committedTerms;
    private readonly committedBy;
    leadersSeen: number;
    /** The newest index that any member knows to be committed. */
    get committed(): number;
    /** Everything up to here the member has once had for good. */
    acknowledgedBy(id: PeerId): number;
    /** The member begins anew. */
    forget(id: PeerId): void;
    /** Something has happened to the member. */
    look(core: RaftCore): void;
    /** Messages leave the member: what they promise must hold for ever. */
    sent(message: Message): void;
    /** A member has read its journal after a restart. */
    restarted(id: PeerId, journal: Journal): void;
    /** Log matching (thesis 3.5): what two logs have in common, they have from there on down. */
    compare(a: RaftCore, b: RaftCore): void;
    /** Terms never fall along a log. */
    private rising;
    private newLeader;
    private commitRose;
    private voted;
    private promisesOf;
}
//# sourceMappingURL=raft-watch.d.ts.map