import type { IncomingMessage } from 'node:http';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Random } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import {
  type CallContext,
  type ClientMethod,
  type ClientService,
  NO_STATE_ID,
  type ReplySink,
  type RequestOf,
  type ResponseOf,
} from '@rfs/protocol/service';
import { plainAddress, type Query, STATE_ID_HEADER } from '../http/index.js';
import { parameters } from '../parameters/index.js';
import type { NamenodeWebOptions } from './options.js';

/** Who a request comes from. */
export interface Caller {
  readonly user: string;
  readonly realUser: string | undefined;
  /** The client's own address, also through a trusted proxy. */
  readonly address: string;
  readonly stateId: number;
}

const CLIENT_ID_BYTES = 16;
const MAX_CALL_ID = 2 ** 31 - 1;

/** Makes the service's calls: each gets an id, so that a change that is forwarded may be repeated. */
export class Calls {
  private readonly service: ClientService;
  private readonly random: Random;
  private readonly clientId: Uint8Array;
  private callId = 0;

  constructor(service: ClientService, random: Random) {
    this.service = service;
    this.random = random;
    this.clientId = random.bytes(CLIENT_ID_BYTES);
  }

  ask<M extends ClientMethod>(caller: Caller, method: M, request: RequestOf<M>): Promise<ResponseOf<M> | Failure> {
    this.callId = this.callId === MAX_CALL_ID ? 1 : this.callId + 1;
    const context: CallContext = {
      user: caller.user,
      realUser: caller.realUser,
      clientId: this.clientId,
      callId: this.callId,
      retryCount: 0,
      clientAddress: caller.address,
      callerContext: undefined,
      stateId: caller.stateId,
    };
    return new Promise((resolve) => {
      const sink: ReplySink<ResponseOf<M>> = { reply: resolve, fail: resolve };
      this.service.call(method, request, context, sink);
    });
  }

  /** A client name in HDFS's form (DFSClient). */
  clientName(): string {
    return `DFSClient_${this.random.uint32()}_${this.random.uint32()}`;
  }
}

/** Who is asking (JspHelper.getUGI without security): user.name, or the static user; doas when that is allowed. */
export function callerOf(request: IncomingMessage, query: Query, options: NamenodeWebOptions): Caller | Failure {
  const address = clientAddress(request, options);
  const name = query.get(parameters.user) ?? options.staticUser;
  const doAs = query.get(parameters.doAs);
  const stateId = stateIdOf(request);
  if (doAs === undefined || doAs === name) return { user: name, realUser: undefined, address, stateId };
  const refusal =
    options.authorize === undefined
      ? failure('AuthorizationException', `User: ${name} is not allowed to impersonate ${doAs}`)
      : options.authorize(doAs, name, address);
  if (refusal !== undefined && isFailure(refusal)) return refusal;
  return { user: doAs, realUser: name, address, stateId };
}

/** JspHelper.getRemoteAddr. */
function clientAddress(request: IncomingMessage, { proxyServers }: NamenodeWebOptions): string {
  const address = plainAddress(request.socket.remoteAddress);
  const forwarded = request.headers['x-forwarded-for'];
  if (forwarded === undefined || proxyServers?.has(address) !== true) return address;
  const first = String(forwarded).split(',')[0]!.trim();
  return first === '' ? address : first;
}

function stateIdOf(request: IncomingMessage): number {
  const given = request.headers[STATE_ID_HEADER.toLowerCase()];
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : NO_STATE_ID;
}
