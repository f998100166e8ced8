import net from 'node:net';
import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import {
  decodeRpcResponseHeaderProto,
  encodeGetFileInfoRequestProto,
  encodeIpcConnectionContextProto,
  encodeRequestHeaderProto,
  encodeRpcRequestHeaderProto,
  type RpcRequestHeaderProto,
  type RpcResponseHeaderProto,
} from '../messages/index.js';

export const CLIENT_ID = Buffer.from('0123456789abcdef');
const CLIENT_PROTOCOL = 'org.apache.hadoop.hdfs.protocol.ClientProtocol';

/** Bytes of one frame: a header and messages, each with its length. */
export function frame(header: Partial<RpcRequestHeaderProto>, ...bodies: ((writer: ByteWriter) => void)[]): Buffer {
  const writer = new ByteWriter();
  writer.uint32(0);
  const delimited = (body: (writer: ByteWriter) => void): void => {
    const at = writer.beginDelimited();
    body(writer);
    writer.endDelimited(at);
  };
  delimited((w) =>
    encodeRpcRequestHeaderProto(w, { rpcKind: 2, rpcOp: 0, callId: 0, clientId: CLIENT_ID, retryCount: 0, ...header }),
  );
  for (const body of bodies) delimited(body);
  writer.setUint32(0, writer.offset - 4);
  return writer.copy();
}

/** The first seven bytes of a connection. */
export function hello(auth = 0): Buffer {
  return Buffer.from([0x68, 0x72, 0x70, 0x63, 9, 0, auth]);
}

/** The frame that says who is calling. */
export function context(user: string | undefined = 'alice', realUser?: string): Buffer {
  return frame({ callId: -3, retryCount: -1 }, (w) =>
    encodeIpcConnectionContextProto(w, { userInfo: { effectiveUser: user, realUser }, protocol: CLIENT_PROTOCOL }),
  );
}

/** One call; `more` replaces what names it. */
export function getFileInfo(
  callId: number,
  src: string,
  header: Partial<RpcRequestHeaderProto> = {},
  more = {},
): Buffer {
  return frame(
    { callId, ...header },
    (w) =>
      encodeRequestHeaderProto(w, {
        methodName: 'getFileInfo',
        declaringClassProtocolName: CLIENT_PROTOCOL,
        clientProtocolVersion: 1,
        ...more,
      }),
    (w) => encodeGetFileInfoRequestProto(w, { src }),
  );
}

export interface Answer {
  readonly header: RpcResponseHeaderProto;
  readonly body: Buffer;
}

/** A client that speaks bytes. */
export class Raw {
  readonly socket: net.Socket;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  private wake: () => void = () => undefined;

  constructor(server: { readonly port: number }) {
    this.socket = net.connect(server.port, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      const joined = Buffer.alloc(this.received.length + chunk.length);
      this.received.copy(joined);
      chunk.copy(joined, this.received.length);
      this.received = joined;
      this.wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  send(...pieces: Buffer[]): this {
    for (const piece of pieces) this.socket.write(piece);
    return this;
  }

  /** The next answer, or null once the connection has ended. */
  async answer(): Promise<Answer | null> {
    for (;;) {
      if (this.received.length >= 4 && this.received.length >= 4 + this.received.readUInt32BE(0)) {
        const end = 4 + this.received.readUInt32BE(0);
        const reader = new ByteReader(this.received, 4, end);
        const header = decodeRpcResponseHeaderProto(reader, reader.delimitedEnd());
        const body = Buffer.from(this.received.subarray(reader.offset, end));
        this.received = this.received.subarray(end);
        return { header, body };
      }
      if (this.ended) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    while (!this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
