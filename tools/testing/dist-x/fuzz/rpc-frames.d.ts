import type { Random } from '@rfs/base/seams';
import { type ExtendedBlockProto } from '@rfs/protocol/messages';
/** What is sent on one connection. */
export interface Conversation {
    readonly pieces: readonly Buffer[];
    /** Answers that are worth waiting for; more may come, and fewer when a piece ends the connection. */
    readonly frames: number;
}
/** Conversations on a namenode's RPC port: mostly real, with something wrong in places. */
export declare class RpcFrames {
    private readonly block;
    /** @param block one that the file system has */
    constructor(block: ExtendedBlockProto);
    conversation(random: Random): Conversation;
    private call;
    private random;
    private real;
}
//# sourceMappingURL=rpc-frames.d.ts.map