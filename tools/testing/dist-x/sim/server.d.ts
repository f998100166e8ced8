import { type StateMachine } from '@rfs/namenode/namespace';
import { type Replicator } from '@rfs/namenode/replication';
import type { HdfsFailure } from '@rfs/protocol/exceptions';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';
import { type ModelCommand } from './model.js';
import { type PassedCall, SimPassage } from './passage.js';
import type { SimProcess } from './process.js';
/** What a client asks of a namenode. */
export type Asked = {
    readonly type: 'change';
    readonly command: ModelCommand;
} | {
    readonly type: 'read';
    readonly path: string;
} | {
    readonly type: 'sync';
};
/** A client's call on its way. */
export interface Call {
    readonly client: number;
    /** Distinguishes the tries of one call. */
    readonly attempt: number;
    readonly callId: number;
    readonly wish: Asked;
    /** What a coordinated read must not be older than; NO_STATE_ID for a linearizable one. */
    readonly stateId: number;
}
/** The answer; undefined when the client is to try again elsewhere. */
export interface Reply {
    readonly attempt: number;
    readonly answer: string | undefined;
    readonly stateId: number;
}
/** A namenode's services: the product's router decides who carries a call out, and what does so here is simple. */
export declare class SimServer {
    readonly passage: SimPassage;
    private readonly world;
    private readonly member;
    private readonly process;
    private readonly replicator;
    private readonly machine;
    private readonly router;
    constructor(world: World, member: SimMember, process: SimProcess, replicator: Replicator, machine: StateMachine);
    /** A client's call arrives. */
    handle(call: Call): void;
    /** Another namenode passes a call on. */
    passedOn({ method, request, context }: PassedCall, done: (answer: Uint8Array | HdfsFailure, stateId: number) => void): void;
    /** More is applied here: reads that waited for it go on. */
    applied(): void;
    private serve;
    private change;
    private read;
}
//# sourceMappingURL=server.d.ts.map