import type { Conversation } from './rpc-frames.js';
export interface Port {
    readonly host: string;
    readonly port: number;
}
/** How a conversation ended: the server closed, we did after nothing more came, or it did not even take the call. */
export type Ending = 'closed' | 'left' | 'refused';
/** Says everything on a connection of its own, listens to what comes, and hangs up. */
export declare function talk({ host, port }: Port, { pieces }: Conversation): Promise<Ending>;
//# sourceMappingURL=talk.d.ts.map