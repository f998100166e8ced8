/** The parts of a log entry that replicas must agree in. */
interface Entry {
    readonly index: number;
    readonly term: number;
    readonly kind: number;
    readonly data: Uint8Array;
}
/**
 * What really happened: the one log that all replicas apply, and the model beside it. As the log gives all changes
 * their order, a history of changes and reads is linearizable exactly when each read, given the earliest index at which
 * the log shows what it saw, can be put after everything that had ended before it began (a special case of Wing and
 * Gong's search in which nothing has to be tried twice).
 */
export declare class History {
    private readonly model;
    private readonly entries;
    private readonly answers;
    private readonly rows;
    private readonly versions;
    private readonly calls;
    /** Everything up to here has been seen by somebody who was served linearizably. */
    private floor;
    constructor();
    /** The newest index that anybody has applied. */
    get lastIndex(): number;
    /** Linearizable operations that begin now must see everything up to here. */
    get linearFloor(): number;
    /** `member` has applied an entry; `rowsHash` is its store's afterwards, undefined when more was applied with it. */
    applied(member: number, entry: Entry, result: unknown, rowsHash: number | undefined): void;
    /** `member` goes on with another's state of `index`. */
    adopted(member: number, index: number, rowsHash: number): void;
    /** A client was answered `answer`; its call had begun when the linear floor was `began`. The index of its effect. */
    changeAnswered(client: number, callId: number, answer: string, began: number): number;
    /** A call that had been answered was repeated, and answered `answer` this time. */
    repeatAnswered(client: number, callId: number, first: string, answer: string): void;
    /** A linearizable read has ended; the index that it stands at. */
    linearRead(path: string, seen: string, began: number): number;
    /** A coordinated read of a client that had seen `session` has ended, with a state id. The index that it stands at. */
    coordinatedRead(path: string, seen: string, session: number, stateId: number): number;
    private staleText;
    /** The earliest index from `from` to `to` at which the path was as `seen`. */
    private firstWith;
    private predict;
    private timesOf;
}
export {};
//# sourceMappingURL=history.d.ts.map