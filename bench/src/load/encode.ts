import { ByteWriter, type Codec } from '@rfs/base/bytes';
import {
  encodeIpcConnectionContextProto,
  encodeRequestHeaderProto,
  encodeRpcRequestHeaderProto,
  RpcKindProto,
  RpcRequestHeaderProto_OperationProto,
} from '@rfs/protocol/messages';
import type { MethodSet, Protocol } from '@rfs/protocol/rpc';

/** "hrpc", version 9, service class 0, no SASL. */
const CONNECTION_HEADER = Uint8Array.of(0x68, 0x72, 0x70, 0x63, 9, 0, 0);
const CALL_ID_CONTEXT = -3;

/** One call before it has a call id: its method and its message. */
export interface Call {
  readonly method: string;
  readonly message: unknown;
  /** What the client has seen; for coordinated reads. */
  readonly stateId?: number;
}

/** Calls encoded one after another; call `i` lies between `starts[i]` and `starts[i + 1]` and has call id `firstCallId + i`. */
export interface EncodedCalls {
  readonly bytes: Buffer;
  readonly starts: Float64Array;
  readonly firstCallId: number;
}

/** What a client sends before its first call: the connection header and who it is. */
export function openingBytes(protocol: Protocol<MethodSet>, user: string, clientId: Uint8Array): Buffer {
  const writer = new ByteWriter(512);
  writer.bytes(CONNECTION_HEADER);
  frame(writer, CALL_ID_CONTEXT, clientId, undefined, () => {
    const at = writer.beginDelimited();
    encodeIpcConnectionContextProto(writer, { userInfo: { effectiveUser: user }, protocol: protocol.name });
    writer.endDelimited(at);
  });
  return writer.copy();
}

/** Encodes `count` calls that `make` gives, numbered from `firstCallId` on. */
export function encodeCalls(
  protocol: Protocol<MethodSet>,
  clientId: Uint8Array,
  firstCallId: number,
  count: number,
  make: (index: number) => Call,
): EncodedCalls {
  const writer = new ByteWriter(256 * Math.max(1, count));
  const starts = new Float64Array(count + 1);
  for (let index = 0; index < count; index++) {
    const { method, message, stateId } = make(index);
    const codec = protocol.methods[method]?.request as Codec<unknown>;
    starts[index] = writer.offset;
    frame(writer, firstCallId + index, clientId, stateId, () => {
      let at = writer.beginDelimited();
      encodeRequestHeaderProto(writer, {
        methodName: method,
        declaringClassProtocolName: protocol.name,
        clientProtocolVersion: protocol.version,
      });
      writer.endDelimited(at);
      at = writer.beginDelimited();
      codec.encode(writer, message);
      writer.endDelimited(at);
    });
  }
  starts[count] = writer.offset;
  return { bytes: writer.copy(), starts, firstCallId };
}

function frame(
  writer: ByteWriter,
  callId: number,
  clientId: Uint8Array,
  stateId: number | undefined,
  body: () => void,
): void {
  const start = writer.offset;
  writer.uint32(0);
  const at = writer.beginDelimited();
  encodeRpcRequestHeaderProto(writer, {
    rpcKind: RpcKindProto.RPC_PROTOCOL_BUFFER,
    rpcOp: RpcRequestHeaderProto_OperationProto.RPC_FINAL_PACKET,
    callId,
    clientId,
    retryCount: 0,
    stateId,
  });
  writer.endDelimited(at);
  body();
  writer.setUint32(start, writer.offset - start - 4);
}
