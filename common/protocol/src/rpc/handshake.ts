import { type ByteReader, type ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { javaClassOf } from '../exceptions/index.js';
import {
  decodeRpcSaslProto,
  RpcResponseHeaderProto_RpcErrorCodeProto as ErrorCode,
  encodeRpcSaslProto,
  RpcSaslProto_SaslState as SaslState,
} from '../messages/index.js';
import {
  AUTH_NONE,
  AUTH_SASL,
  CALL_ID_SASL,
  MAGIC,
  MAGIC_HTTP_GET,
  NO_CLIENT_ID,
  NO_RETRY_COUNT,
  RPC_VERSION,
} from './constants.js';
import { writeResponseHeader } from './headers.js';

const HTTP_ANSWER =
  'HTTP/1.1 404 Not Found\r\nContent-type: text/plain\r\n\r\nThis port speaks Hadoop RPC, not HTTP.\r\n';

/** Something that ends the connection, with what the client is told about it. */
export class Refusal extends Error {
  readonly javaClass: string;
  /** RpcErrorCodeProto. */
  readonly detail: number;
  /** True when the answer has been written already. */
  readonly answered: boolean;

  constructor(code: string, message: string, detail: number, answered = false) {
    super(message);
    this.javaClass = javaClassOf(code);
    this.detail = detail;
    this.answered = answered;
  }
}

/**
 * Judges the first seven bytes: "hrpc", version, service class, authentication. True when the client wants SASL.
 * Throws Refusal; a client that speaks HTTP has by then been answered in HTTP.
 */
export function checkConnectionHeader(header: Buffer, writer: ByteWriter): boolean {
  const magic = header.readUInt32BE(0);
  const version = header[4] as number;
  const auth = header[6] as number;
  if (magic === MAGIC_HTTP_GET) {
    writer.utf8(HTTP_ANSWER);
    throw new Refusal('RpcServerException', 'an HTTP request', ErrorCode.FATAL_INVALID_RPC_HEADER, true);
  }
  if (magic !== MAGIC || version !== RPC_VERSION) {
    throw new Refusal(
      'VersionMismatch',
      `Server IPC version ${RPC_VERSION} cannot communicate with client version ${version}`,
      ErrorCode.FATAL_VERSION_MISMATCH,
    );
  }
  if (auth !== AUTH_NONE && auth !== AUTH_SASL) {
    throw new Refusal('IpcException', `Unknown auth protocol:${(auth << 24) >> 24}`, ErrorCode.FATAL_UNAUTHORIZED);
  }
  return auth === AUTH_SASL;
}

/**
 * Answers a client's opening of SASL as a server without security does: SUCCESS at once, which tells the client to go
 * on with SIMPLE (Server.Connection.processSaslMessage).
 */
export function answerSasl(reader: ByteReader, writer: ByteWriter): void {
  const end = reader.delimitedEnd();
  if (end !== reader.end) throw new MalformedBytes('bytes behind the SASL message');
  const { state, auths } = decodeRpcSaslProto(reader, end);
  if (state !== SaslState.NEGOTIATE && state !== SaslState.INITIATE) {
    throw new Refusal('AccessControlException', `SASL state ${state} from a client`, ErrorCode.FATAL_UNAUTHORIZED);
  }
  if (state === SaslState.INITIATE && auths.length === 1 && auths[0]?.method === 'SIMPLE') return;
  const start = writer.offset;
  writer.uint32(0);
  writeResponseHeader(writer, CALL_ID_SASL, NO_CLIENT_ID, NO_RETRY_COUNT, -1, null);
  const at = writer.beginDelimited();
  encodeRpcSaslProto(writer, { state: SaslState.SUCCESS, auths: [] });
  writer.endDelimited(at);
  writer.setUint32(start, writer.offset - start - 4);
}

/** The short name of a principal "user/host@REALM" (KerberosName); a plain name is itself. */
export function shortUserName(principal: string): string {
  const cut = principal.search(/[/@]/);
  return cut < 0 ? principal : principal.slice(0, cut);
}
