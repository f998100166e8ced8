import { ByteWriter } from '@rfs/base/bytes';
import { encodeIpcConnectionContextProto, encodeRequestHeaderProto, encodeRpcRequestHeaderProto, } from '@rfs/protocol/messages';
import { protocols } from '@rfs/protocol/rpc';
import { mutate } from './mutate.js';
import { writeRandomMessage } from './random-message.js';
const MAGIC = [0x68, 0x72, 0x70, 0x63, 9, 0, 0];
const CONTEXT_CALL_ID = -3;
const MOST_FRAMES = 5;
const FOLDER = { perm: 0o755 };
const known = Object.values(protocols);
/** Calls that would end what is to be tested. */
const LEFT_OUT = new Set(['shutdownDatanode']);
const methods = known.flatMap((protocol) => Object.keys(protocol.methods)
    .filter((name) => !LEFT_OUT.has(name))
    .map((name) => ({ protocol, name })));
/** Conversations on a namenode's RPC port: mostly real, with something wrong in places. */
export class RpcFrames {
    block;
    /** @param block one that the file system has */
    constructor(block) {
        this.block = block;
    }
    conversation(random) {
        const hello = Buffer.from(MAGIC);
        const context = frame((writer) => {
            writeHeader(writer, CONTEXT_CALL_ID, random);
            delimited(writer, (w) => encodeIpcConnectionContextProto(w, {
                userInfo: { effectiveUser: random.below(4) === 0 ? 'fuzz' : 'root' },
                protocol: protocols.client.name,
            }));
        });
        const oddStart = random.below(25) === 0;
        const pieces = oddStart ? [mutate(random, hello), mutate(random, context)] : [hello, context];
        const frames = 1 + random.below(MOST_FRAMES);
        for (let callId = 0; callId < frames; callId++)
            pieces.push(this.call(random, callId));
        return { pieces, frames };
    }
    call(random, callId) {
        const chance = random.below(10);
        const { protocol, name, body } = chance < 6 ? this.real(random) : this.random(random);
        const whole = (content) => frame((writer) => {
            writeHeader(writer, random.below(50) === 0 ? -random.below(40) : callId, random);
            delimited(writer, (w) => encodeRequestHeaderProto(w, {
                methodName: random.below(40) === 0 ? 'noSuchMethod' : name,
                declaringClassProtocolName: random.below(40) === 0 ? 'no.such.Protocol' : protocol.name,
                clientProtocolVersion: random.below(40) === 0 ? random.uint32() : 1,
            }));
            content(writer);
        });
        // The body alone is damaged mostly: what is wrong before it ends the connection.
        if (chance < 3)
            return whole((writer) => writer.delimited(body));
        if (chance < 9)
            return whole((writer) => writer.delimited(chance < 6 ? mutate(random, body) : body));
        return mutate(random, whole((writer) => writer.delimited(body)));
    }
    random(random) {
        const writer = new ByteWriter();
        writeRandomMessage(writer, random);
        return { ...methods[random.below(methods.length)], body: writer.copy() };
    }
    real(random) {
        const { block } = this;
        const src = `/fuzz/${random.below(50)}`;
        const dst = `/fuzz/${random.below(50)}/${random.below(3)}`;
        const clientName = `fuzz-${random.below(5)}`;
        const requests = {
            getFileInfo: { src },
            getListing: { src: '/fuzz', startAfter: random.bytes(random.below(4)), needLocation: random.below(2) === 0 },
            getBlockLocations: { src: '/fuzz/real', offset: random.below(1000), length: random.uint32() },
            mkdirs: { src: dst, masked: FOLDER, createParent: random.below(2) === 0 },
            create: {
                ...{ src, masked: FOLDER, clientName, createFlag: 1 + random.below(4), createParent: true },
                ...{ replication: 1 + random.below(3), blockSize: 1 << 20, cryptoProtocolVersion: [] },
            },
            addBlock: { src, clientName, previous: block, excludeNodes: [], favoredNodes: [], flags: [] },
            complete: { src, clientName, last: block },
            abandonBlock: { b: block, src, holder: clientName },
            rename2: { src, dst, overwriteDest: random.below(2) === 0 },
            delete: { src, recursive: true },
            setTimes: { src, mtime: random.uint32(), atime: -1 },
            renewLease: { clientName, namespaces: [] },
            updateBlockForPipeline: { block, clientName },
            getContentSummary: { path: '/fuzz' },
            truncate: { src: '/fuzz/real', newLength: random.uint32(), clientName },
            append: { src, clientName, flag: 4 },
        };
        const names = Object.keys(requests);
        const name = names[random.below(names.length)];
        const writer = new ByteWriter();
        protocols.client.methods[name].request.encode(writer, requests[name]);
        return { protocol: protocols.client, name, body: writer.copy() };
    }
}
function frame(content) {
    const writer = new ByteWriter();
    writer.uint32(0);
    content(writer);
    writer.setUint32(0, writer.offset - 4);
    return writer.copy();
}
function delimited(writer, content) {
    const at = writer.beginDelimited();
    content(writer);
    writer.endDelimited(at);
}
function writeHeader(writer, callId, random) {
    const header = { rpcKind: 2, rpcOp: 0, callId, clientId: random.bytes(16), retryCount: random.below(3) - 1 };
    delimited(writer, (w) => encodeRpcRequestHeaderProto(w, header));
}
//# sourceMappingURL=rpc-frames.js.map