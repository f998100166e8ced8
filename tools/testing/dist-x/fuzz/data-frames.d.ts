import type { Random } from '@rfs/base/seams';
import { type DatanodeInfoProto, type ExtendedBlockProto } from '@rfs/protocol/messages';
import type { Conversation } from './rpc-frames.js';
/** Conversations on a datanode's data port: a request, and packets behind those that take some. */
export declare class DataFrames {
    private readonly block;
    private readonly node;
    /**
     * @param block one that the datanode has
     * @param node the datanode itself, for requests that name another
     */
    constructor(block: ExtendedBlockProto, node: DatanodeInfoProto);
    conversation(random: Random): Conversation;
    private realRequest;
}
//# sourceMappingURL=data-frames.d.ts.map