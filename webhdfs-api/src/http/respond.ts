import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Failure, FailureError } from '@rfs/base/failure';
import { failure, javaClassOf, rowOf } from '@rfs/protocol/exceptions';
import { NO_STATE_ID } from '@rfs/protocol/service';
import { javaString } from '../replies/index.js';

/** Carries the state an answer was read from; clients give it back to see at least that. */
export const STATE_ID_HEADER = 'X-RFS-State-Id';

/** The state that a client says it has seen; NO_STATE_ID when it says nothing. */
export function stateIdOf(request: IncomingMessage): number {
  const given = request.headers[STATE_ID_HEADER.toLowerCase()];
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : NO_STATE_ID;
}

export const JSON_TYPE = 'application/json';
export const BYTES_TYPE = 'application/octet-stream';

/**
 * Hadoop's client since 3.5 looks at the type of JSON with a library that Spark 4.3 does not bring along, and does
 * not look where there is none.
 */
export function jsonHeaders(request: IncomingMessage, type = JSON_TYPE): OutgoingHttpHeaders {
  const agent = request.headers['user-agent'];
  return agent?.startsWith('Java/') ? {} : { 'Content-Type': type };
}

/** Sends a whole answer at once. Harmless when the client has gone. */
export function sendText(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string): void {
  const isHead = response.req.method === 'HEAD';
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(isHead ? undefined : body);
}

/** A refusal as WebHDFS writes it (org.apache.hadoop.hdfs.web.JsonUtil). */
export function remoteException({ code, message }: Failure): string {
  const javaClass = javaClassOf(code);
  return (
    `{"RemoteException":{"exception":${javaString(simpleName(javaClass))},"javaClassName":${javaString(javaClass)},` +
    `"message":${javaString(message)}}}`
  );
}

/** Answers with a refusal and the status that belongs to its class. */
export function sendFailure(
  response: ServerResponse,
  refusal: Failure,
  headers: OutgoingHttpHeaders = {},
  type = JSON_TYPE,
): void {
  const { httpStatus } = rowOf(refusal.code);
  sendText(response, httpStatus, { ...headers, ...jsonHeaders(response.req, type) }, remoteException(refusal));
}

/** Answers who may not act for another, laid out as Apache's filter before WebHDFS does (HttpExceptionUtils). */
export function sendDenial(response: ServerResponse, denial: Failure, headers: OutgoingHttpHeaders): void {
  const javaClass = javaClassOf(denial.code);
  const body =
    `{\n  "RemoteException" : {\n    "message" : ${javaString(denial.message)},\n` +
    `    "exception" : ${javaString(simpleName(javaClass))},\n    "javaClassName" : ${javaString(javaClass)}\n  }\n}`;
  sendText(response, rowOf(denial.code).httpStatus, { ...headers, ...jsonHeaders(response.req) }, body);
}

/** The refusal that a thrown error carries; anything else is a fault of ours and told as IOException. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return failure('IOException', error instanceof Error ? error.message : String(error));
}

function simpleName(javaClass: string): string {
  return javaClass.slice(Math.max(javaClass.lastIndexOf('.'), javaClass.lastIndexOf('$')) + 1);
}
