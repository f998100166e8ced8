import type { Random } from '@rfs/base/seams';
import type { Message, PeerId } from '@rfs/namenode/raft';
import type { PassedOn } from '@rfs/namenode/service';
import { SimClient } from './client.js';
import { History } from './history.js';
import { type Running, SimMember } from './member.js';
import { SimNetwork } from './network.js';
import { Operator } from './operator.js';
import type { SimOptions } from './options.js';
import type { PassedCall } from './passage.js';
import { RaftWatch } from './raft-watch.js';
import type { Sabotage } from './sabotage.js';
import { Scheduler } from './scheduler.js';
import type { Call, Reply } from './server.js';
/** A whole cluster and its clients, on one seed. */
export declare class World {
    readonly scheduler: Scheduler;
    readonly history: History;
    readonly watch: RaftWatch;
    readonly random: Random;
    readonly network: SimNetwork;
    readonly members: SimMember[];
    readonly clients: SimClient[];
    readonly operator: Operator;
    readonly sabotage: Sabotage;
    readonly thinkMs: number;
    /** Disks may be lost and journals damaged. */
    readonly losesDisks: boolean;
    /** Clients begin nothing new. */
    isEnding: boolean;
    /** Members that will never come back. */
    readonly gone: Set<SimMember>;
    /** Called for everything a member says to another: faults may follow. */
    overheard: (member: SimMember, message: Message) => void;
    constructor(options: SimOptions, sabotage: Sabotage);
    /** Lets things happen until `events` have. */
    run(events: number): void;
    /**
     * Nothing fails any more, but what is broken may stay so for ever as far as a quorum does without: all others must
     * agree, and every client be answered.
     */
    converge(): void;
    leader(): SimMember | undefined;
    memberOf(id: PeerId): SimMember | undefined;
    /** True for an answer that a repeated call must be given again. */
    isKept(kind: number, answer: string): boolean;
    /** The power of a member went off by itself. */
    powerLost(member: SimMember): void;
    /** A member's program ended by itself. */
    ended(member: SimMember): void;
    crash(member: SimMember, restartMs: number): void;
    sent(from: SimMember, message: Message): void;
    /** A client calls a member: who is not there, and a journal node, refuses the connection. */
    ask(client: number, place: number, call: Call): void;
    /** Brings a call from one namenode to another, and the answer back. */
    pass(from: SimMember, to: SimMember, call: PassedCall, done: PassedOn): void;
    /** Asks a member something; `work` gives the answer, which may never come. */
    query<T>(from: SimMember, to: SimMember, work: (running: Running, back: (result: T) => void) => void, done: (result: T) => void): void;
    reply(from: SimMember, client: number, reply: Reply): void;
    /** Those who had connections with the member hear that it is gone. */
    private disconnect;
    private restartAfter;
    /** Some members end, or lose all others, for good: as many as the quorum can do without, and never all namenodes. */
    private leaveBehind;
    private compare;
    private isCalm;
    private complaint;
}
//# sourceMappingURL=cluster.d.ts.map