import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Failure, FailureError, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import {
  failureOf,
  JSON_TYPE,
  LongBody,
  type Query,
  QueryJudge,
  STATE_ID_HEADER,
  sendFailure,
  stateIdOf,
  targetOf,
} from '../http/index.js';
import { type DataOperation, findOperation } from '../operations/index.js';
import { DEFAULT_USER_PATTERN, type Method, parameters } from '../parameters/index.js';
import type { DatanodeWebOptions, FileSystemLease } from './options.js';
import { StampedFiles } from './stamped-files.js';

interface Understood {
  readonly operation: DataOperation;
  readonly path: string;
  readonly query: Query;
}

/** The datanode's half of WebHDFS: OPEN, CREATE, APPEND and GETFILECHECKSUM, as a client of the file system. */
export class DatanodeDoor {
  private readonly options: DatanodeWebOptions;
  private readonly judge: QueryJudge;

  constructor(options: DatanodeWebOptions) {
    this.options = options;
    this.judge = new QueryJudge(options.userPattern ?? DEFAULT_USER_PATTERN);
  }

  /** Answers a request below the prefix; never throws. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const understood = understand(request, this.judge);
    if (isFailure(understood)) {
      refuse(understood, request, response);
      return;
    }
    const { operation, path, query } = understood;
    const seen = Math.max(query.get(parameters.stateId), stateIdOf(request));
    stamp(response, seen);
    const { defaultAuthority, staticUser, fileSystems } = this.options;
    const authority = query.get(parameters.namenodeAddress) ?? defaultAuthority;
    const name = query.get(parameters.user) ?? staticUser;
    const user = query.get(parameters.doAs) ?? name;
    let lease: FileSystemLease | undefined;
    let answer = response;
    try {
      const held = fileSystems.acquire(authority, { user, realUser: user === name ? undefined : name });
      lease = held;
      held.saw(seen);
      await operation.serve({
        path,
        query,
        fileSystem: `hdfs://${authority}`,
        files: new StampedFiles(held.files, () => stamp(answer, held.stateId())),
        request,
        get response() {
          return answer;
        },
        body: () => {
          if (request.headers.expect !== undefined) response.writeContinue();
          const long = LongBody.of(request, response);
          if (long === undefined) return request.iterator({ destroyOnReturn: false });
          answer = long.response;
          return long.pieces();
        },
      });
    } catch (error) {
      this.failed(error, request, answer);
    } finally {
      lease?.release();
    }
  }

  private failed(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    // Nobody is there to be told when the client has left in the middle of its body.
    if (response.destroyed) return;
    if (!(error instanceof FailureError)) {
      this.options.logger.error('WebHDFS request failed', { url: request.url, error });
    }
    if (response.headersSent) response.destroy();
    else refuse(failureOf(error), request, response);
  }
}

/** The answer says which state it comes from, as long as it has not begun. */
function stamp(response: ServerResponse, stateId: number): void {
  if (stateId >= 0 && !response.headersSent) response.setHeader(STATE_ID_HEADER, stateId);
}

function understand(request: IncomingMessage, judge: QueryJudge): Understood | Failure {
  const method = (request.method === 'HEAD' ? 'GET' : request.method) as Method;
  const target = targetOf(request.url ?? '');
  if (target === undefined) return failure('IllegalArgumentException', `Malformed URL: ${request.url}`);
  const name = target.given.get('op');
  const operation = findOperation(method, name?.toUpperCase() ?? '');
  const query = judge.read(method, target.given, undefined);
  if (isFailure(query)) return query;
  if (operation === undefined || operation === 'unsupported' || operation.kind !== 'data') {
    return failure('IllegalArgumentException', `Invalid operation ${name ?? 'null'}`);
  }
  return { operation, path: target.path, query };
}

/** A client that still waits with its body is not asked for it; one that sends it has it read away by the server. */
function refuse(refusal: Failure, request: IncomingMessage, response: ServerResponse): void {
  const headers = request.headers.expect === undefined ? {} : { Connection: 'close' };
  sendFailure(response, refusal, headers, `${JSON_TYPE}; charset=utf-8`);
}
