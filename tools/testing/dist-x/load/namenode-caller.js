import { userInfo } from 'node:os';
import { isFailure } from '@rfs/base/failure';
import { systemClock, systemRandom } from '@rfs/base/system';
import { ClientIdentity, callAsync, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
const FILE_MODE = { perm: 0o644 };
const FOLDER_MODE = { perm: 0o755 };
/** CreateFlagProto.CREATE. */
const CREATE = 1;
const BLOCK_BYTES = 1024 * 1024;
const CLIENT = 'load';
/** A client of one namenode that may be killed at any time: it never repeats a call. */
export class NamenodeCaller {
    identity = new ClientIdentity(systemRandom());
    client;
    constructor(rpc) {
        const [host, port] = rpc.split(':');
        this.client = new ReconnectingRpcClient({
            host,
            port: Number(port),
            user: userInfo().username,
            protocol: protocols.client,
            identity: this.identity,
            clock: systemClock,
        }, { firstMs: 0, maxMs: 0 });
    }
    /** Makes a folder with its parents, under a call id of the caller's if it gives one. */
    mkdirs(src, callId) {
        const options = callId === undefined ? {} : { callId };
        return outcome(callAsync(this.client, protocols.client, 'mkdirs', { src, masked: FOLDER_MODE, createParent: true }, options));
    }
    /** Makes an empty file and completes it. */
    async makeFile(src) {
        const made = await outcome(callAsync(this.client, protocols.client, 'create', {
            src,
            masked: FILE_MODE,
            clientName: CLIENT,
            createFlag: CREATE,
            createParent: true,
            replication: 1,
            blockSize: BLOCK_BYTES,
            cryptoProtocolVersion: [],
        }));
        if (made === 'unknown')
            return made;
        return outcome(callAsync(this.client, protocols.client, 'complete', { src, clientName: CLIENT }));
    }
    rename(src, dst) {
        return outcome(callAsync(this.client, protocols.client, 'rename2', { src, dst, overwriteDest: false }));
    }
    remove(src) {
        return outcome(callAsync(this.client, protocols.client, 'delete', { src, recursive: true }));
    }
    /** Whether there is something at a path; undefined when the namenode cannot be asked. */
    async exists(src) {
        const reply = await callAsync(this.client, protocols.client, 'getFileInfo', { src });
        return isFailure(reply) ? undefined : reply.fs !== undefined;
    }
    close() {
        this.client.close();
    }
}
/** Codes of failures that leave open whether the call was carried out, or say that it never was. */
const LOST = new Set(['ConnectException', 'EOFException', 'SocketTimeoutException']);
async function outcome(reply) {
    const answer = await reply;
    if (!isFailure(answer))
        return 'done';
    if (LOST.has(answer.code))
        return 'unknown';
    throw new Error(`${answer.code}: ${answer.message}`);
}
//# sourceMappingURL=namenode-caller.js.map