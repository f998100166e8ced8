import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { NO_STATE_ID } from '@rfs/protocol/service';
import {
  BYTES_TYPE,
  failureOf,
  invalid,
  jsonHeaders,
  type Query,
  QueryJudge,
  STATE_ID_HEADER,
  sendDenial,
  sendFailure,
  sendText,
  type Target,
  targetOf,
} from '../http/index.js';
import {
  type Answer,
  type DataOperation,
  findOperation,
  locationReply,
  type MetadataOperation,
  type Operation,
  type Question,
} from '../operations/index.js';
import { DEFAULT_USER_PATTERN, type Method, type Parameter, parameters } from '../parameters/index.js';
import { type Caller, Calls, callerOf, refusalOf } from './caller.js';
import type { NamenodeWebOptions } from './options.js';
import { redirect } from './redirect.js';

/** A request that was understood. */
interface Understood {
  readonly operation: Operation;
  readonly question: Question;
  readonly caller: Caller;
}

/** The namenode's half of WebHDFS: metadata is answered, requests for data are sent to a datanode. */
export class NamenodeDoor {
  private readonly options: NamenodeWebOptions;
  private readonly calls: Calls;
  private readonly judge: QueryJudge;

  constructor(options: NamenodeWebOptions) {
    this.options = options;
    this.calls = new Calls(options.service, options.random);
    this.judge = new QueryJudge(options.userPattern ?? DEFAULT_USER_PATTERN);
  }

  /** Answers a request below the prefix; never throws. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const target = targetOf(request.url ?? '');
      if (target === undefined) {
        const text = `Malformed URL: ${request.url}`;
        sendFailure(response, failure('IllegalArgumentException', text), this.headers(request));
        return;
      }
      const caller = callerOf(request, target.given, this.options);
      if (caller.realUser !== undefined) {
        const denied = await refusalOf(caller, this.options);
        if (denied !== undefined) {
          sendDenial(response, denied, this.headers(request));
          return;
        }
      }
      const understood = this.understand(request, target, caller);
      if (isFailure(understood)) {
        sendFailure(response, understood, this.headers(request));
        return;
      }
      const { operation } = understood;
      if (operation.kind === 'metadata') await this.answerMetadata(operation, understood, request, response);
      else await this.sendOn(operation, understood, request, response);
    } catch (error) {
      // The client has left in the middle of a listing.
      if (response.destroyed) return;
      this.options.logger.error('WebHDFS request failed', { url: request.url, error });
      if (response.headersSent) response.destroy();
      else sendFailure(response, failureOf(error), this.headers(request));
    }
  }

  private understand(request: IncomingMessage, target: Target, caller: Caller): Understood | Failure {
    const method = (request.method === 'HEAD' ? 'GET' : request.method) as Method;
    const name = target.given.get('op') || 'NULL';
    const operation = findOperation(method, name.toUpperCase());
    const badOp = operation === undefined ? invalid('op', `${name} is not a valid ${method} operation.`) : undefined;
    const query = this.judge.read(method, target.given, badOp);
    if (isFailure(query)) return query;
    if (operation === undefined || operation === 'unsupported') {
      return failure('UnsupportedOperationException', `op=${name.toUpperCase()} is not supported`);
    }
    const missing = operation.required?.find((parameter) => isEmpty(query, parameter));
    if (missing !== undefined) {
      const text = `Required param ${missing.name} for op: ${operation.name} is null or empty`;
      return failure('IllegalArgumentException', text);
    }
    return { operation, caller, question: this.questionFor(target.path, query, caller) };
  }

  private questionFor(path: string, query: Query, caller: Caller): Question {
    const { calls } = this;
    return {
      path,
      user: caller.user,
      query,
      defaults: this.options.defaults,
      ask: (method, message) => calls.ask(caller, method, message),
      clientName: () => calls.clientName(),
    };
  }

  private async answerMetadata(
    operation: MetadataOperation,
    { question, caller }: Understood,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const found = await operation.run(question);
    if (isFailure(found)) sendFailure(response, found, this.headers(request, caller));
    else await this.send(found, caller, request, response);
  }

  private async sendOn(
    operation: DataOperation,
    { question, caller }: Understood,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const location = await redirect(operation, question, caller, request, this.options);
    const headers = this.headers(request, caller);
    if (isFailure(location)) sendFailure(response, location, headers);
    else if (question.query.get(parameters.noRedirect)) {
      sendText(response, 200, { ...headers, ...jsonHeaders(request) }, locationReply.write(location));
    } else sendText(response, 307, { ...headers, Location: location, 'Content-Type': BYTES_TYPE }, '');
  }

  private async send(
    answer: Answer,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const headers = this.headers(request, caller);
    switch (answer.kind) {
      case 'json':
        sendText(response, 200, { ...headers, ...jsonHeaders(request) }, answer.json);
        return;
      case 'empty':
        sendText(response, 200, { ...headers, 'Content-Type': answer.type }, '');
        return;
      case 'pages':
        response.writeHead(200, { ...headers, ...jsonHeaders(request) });
        if (request.method === 'HEAD') response.end();
        else await pipeline(Readable.from(answer.pages, { objectMode: false }), response);
    }
  }

  /**
   * The state is that of the leader where it answered. A client that waits with its body, and will not be asked for it,
   * may not use the connection again.
   */
  private headers(request: IncomingMessage, caller?: Caller): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {
      ...COMMON_HEADERS,
      [STATE_ID_HEADER]: Math.max(this.options.service.stateId, caller?.seenStateId ?? NO_STATE_ID),
    };
    if (request.headers.expect !== undefined) headers.Connection = 'close';
    return headers;
  }
}

/** HttpServer2's headers: nothing is kept by caches, or taken for a page by browsers. */
const COMMON_HEADERS = {
  'Cache-Control': 'no-cache',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'X-FRAME-OPTIONS': 'SAMEORIGIN',
  'X-XSS-Protection': '1; mode=block',
};

function isEmpty(query: Query, parameter: Parameter<unknown>): boolean {
  const value = query.get(parameter);
  return value === undefined || value === '';
}
