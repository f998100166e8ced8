import { type ByteReader, type ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import {
  decodeRPCCallerContextProto,
  RpcResponseHeaderProto_RpcErrorCodeProto as ErrorCode,
} from '../messages/index.js';
import { NO_STATE_ID } from '../service/index.js';
import { NO_RETRY_COUNT, RPC_VERSION } from './constants.js';

/**
 * RpcRequestHeaderProto read in place into one reusable object: this stands before every call. The bytes of the client
 * id and of the caller context are given as ranges, since they are mostly those of the call before.
 */
export class RequestHeaderView {
  /** Negative when absent. */
  rpcKind = -1;
  /** Negative when absent. */
  rpcOp = -1;
  callId = 0;
  retryCount = NO_RETRY_COUNT;
  clientIdAt = 0;
  clientIdLength = 0;
  callerContextAt = 0;
  callerContextLength = 0;
  stateId = NO_STATE_ID;

  /** Reads from the reader's offset to `end`. Throws MalformedBytes, also without a required field. */
  read(reader: ByteReader, end: number): void {
    this.rpcKind = -1;
    this.rpcOp = -1;
    this.retryCount = NO_RETRY_COUNT;
    this.clientIdLength = -1;
    this.callerContextLength = 0;
    this.stateId = NO_STATE_ID;
    let hasCallId = false;
    while (reader.offset < end) {
      const tag = reader.varint32();
      switch (tag) {
        case 8:
          this.rpcKind = reader.varint32();
          break;
        case 16:
          this.rpcOp = reader.varint32();
          break;
        case 24:
          this.callId = reader.zigzag32();
          hasCallId = true;
          break;
        case 34: {
          const stop = reader.delimitedEnd();
          this.clientIdAt = reader.offset;
          this.clientIdLength = stop - reader.offset;
          reader.offset = stop;
          break;
        }
        case 40:
          this.retryCount = reader.zigzag32();
          break;
        case 58: {
          const stop = reader.delimitedEnd();
          this.callerContextAt = reader.offset;
          this.callerContextLength = stop - reader.offset;
          reader.offset = stop;
          break;
        }
        case 64: {
          const seen = reader.varint64Signed();
          this.stateId = seen < 0 ? NO_STATE_ID : seen;
          break;
        }
        default:
          reader.skipField(tag & 7);
      }
    }
    if (reader.offset !== end) throw new MalformedBytes('RpcRequestHeaderProto runs past its end');
    if (!hasCallId || this.clientIdLength < 0)
      throw new MalformedBytes('RpcRequestHeaderProto without a call id or client id');
  }

  /** The text of the RPCCallerContextProto that `read` found in `buffer`. Moves the reader. */
  readCallerContext(reader: ByteReader, buffer: Buffer): string {
    const end = this.callerContextAt + this.callerContextLength;
    reader.reset(buffer, this.callerContextAt, end);
    return decodeRPCCallerContextProto(reader, end).context;
  }
}

/** RpcRequestHeaderProto, length first, with RPC_PROTOCOL_BUFFER and RPC_FINAL_PACKET. */
export function writeRequestHeader(
  writer: ByteWriter,
  callId: number,
  clientId: Uint8Array,
  retryCount: number,
  stateId: number,
  callerContext: string | undefined,
): void {
  const at = writer.beginDelimited();
  writer.uint16(0x0802);
  writer.uint16(0x1000);
  writer.uint8(24);
  writer.zigzag32(callId);
  writer.uint8(34);
  writer.delimited(clientId);
  writer.uint8(40);
  writer.zigzag32(retryCount);
  if (callerContext !== undefined) {
    writer.uint8(58);
    const inner = writer.beginDelimited();
    writer.uint8(10);
    writer.string(callerContext);
    writer.endDelimited(inner);
  }
  if (stateId >= 0) {
    writer.uint8(64);
    writer.varint64(stateId);
  }
  writer.endDelimited(at);
}

/** What went wrong, in the terms of RpcResponseHeaderProto. */
export interface ResponseError {
  /** RpcStatusProto: 1 ERROR, 2 FATAL (the connection ends with it). */
  readonly status: 1 | 2;
  readonly javaClass: string;
  readonly message: string;
  /** RpcErrorCodeProto. */
  readonly detail: number;
}

/** RpcResponseHeaderProto, length first. A negative `stateId` is left out. */
export function writeResponseHeader(
  writer: ByteWriter,
  callId: number,
  clientId: Uint8Array,
  retryCount: number,
  stateId: number,
  error: ResponseError | null,
): void {
  const at = writer.beginDelimited();
  writer.uint8(8);
  writer.varint32(callId >>> 0);
  writer.uint16(0x1000 | (error === null ? 0 : error.status));
  writer.uint16(0x1800 | RPC_VERSION);
  if (error !== null) {
    writer.uint8(34);
    writer.string(error.javaClass);
    writer.uint8(42);
    writer.string(error.message);
    writer.uint8(48);
    writer.varint32(error.detail);
  }
  writer.uint8(58);
  writer.delimited(clientId);
  writer.uint8(64);
  writer.zigzag32(retryCount);
  if (stateId >= 0) {
    writer.uint8(72);
    writer.varint64(stateId);
  }
  writer.endDelimited(at);
}

/** RpcResponseHeaderProto read in place into one reusable object. */
export class ResponseHeaderView {
  /** Signed, as the caller knows it. */
  callId = 0;
  /** RpcStatusProto. */
  status = 0;
  stateId = NO_STATE_ID;
  private classAt = 0;
  private classLength = 0;
  private messageAt = 0;
  private messageLength = 0;

  /** Reads from the reader's offset to `end`. Throws MalformedBytes, also without a required field. */
  read(reader: ByteReader, end: number): void {
    this.stateId = NO_STATE_ID;
    this.classLength = 0;
    this.messageLength = 0;
    let seen = 0;
    while (reader.offset < end) {
      const tag = reader.varint32();
      switch (tag) {
        case 8:
          this.callId = reader.varint32() | 0;
          seen |= 1;
          break;
        case 16:
          this.status = reader.varint32();
          seen |= 2;
          break;
        case 34: {
          const stop = reader.delimitedEnd();
          this.classAt = reader.offset;
          this.classLength = stop - reader.offset;
          reader.offset = stop;
          break;
        }
        case 42: {
          const stop = reader.delimitedEnd();
          this.messageAt = reader.offset;
          this.messageLength = stop - reader.offset;
          reader.offset = stop;
          break;
        }
        case 72:
          this.stateId = reader.varint64Signed();
          break;
        default:
          reader.skipField(tag & 7);
      }
    }
    if (reader.offset !== end) throw new MalformedBytes('RpcResponseHeaderProto runs past its end');
    if (seen !== 3) throw new MalformedBytes('RpcResponseHeaderProto without a call id or status');
  }

  /** The exception's class or message, from the buffer that was read. */
  text(buffer: Buffer, which: 'class' | 'message'): string {
    return which === 'class'
      ? buffer.toString('utf8', this.classAt, this.classAt + this.classLength)
      : buffer.toString('utf8', this.messageAt, this.messageAt + this.messageLength);
  }
}

/** RpcErrorCodeProto of a call that the table does not have. */
export function detailOf(code: string): number {
  if (code === 'RpcNoSuchMethodException') return ErrorCode.ERROR_NO_SUCH_METHOD;
  return code === 'VersionMismatch' ? ErrorCode.ERROR_RPC_VERSION_MISMATCH : ErrorCode.ERROR_NO_SUCH_PROTOCOL;
}

/** True when `known` is what stands in `buffer` from `at` on. */
export function equalRange(known: Uint8Array, buffer: Buffer, at: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== buffer[at + i]) return false;
  return true;
}
