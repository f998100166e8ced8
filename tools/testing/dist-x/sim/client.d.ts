import type { World } from './cluster.js';
import type { Reply } from './server.js';
/** A client that asks one thing after another, of any member, until it is answered, as Hadoop's client does. */
export declare class SimClient {
    readonly number: number;
    private readonly world;
    private readonly random;
    private readonly holder;
    private open;
    private attempts;
    private calls;
    /** The file that it has made last, until it has asked to complete it. */
    private made;
    private server;
    /** The newest index it has seen an effect of, and the newest state id it was told. */
    private session;
    private stateId;
    changes: number;
    reads: number;
    constructor(world: World, number: number);
    /** True while it waits for an answer. */
    get waits(): boolean;
    receive(reply: Reply): void;
    private check;
    private see;
    private rest;
    private begin;
    private try;
    private retryAfter;
    private moveOn;
}
//# sourceMappingURL=client.d.ts.map