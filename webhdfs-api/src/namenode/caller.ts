import type { IncomingMessage } from 'node:http';
import type { Failure } from '@rfs/base/failure';
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
import { plainAddress, stateIdOf } from '../http/index.js';
import { parameters } from '../parameters/index.js';
import type { NamenodeWebOptions } from './options.js';

/** Who a request comes from. */
export interface Caller {
  readonly user: string;
  readonly realUser: string | undefined;
  /** The client's own address, also through a trusted proxy. */
  readonly address: string;
  readonly stateId: number;
  /** The newest state that a call of this request was answered from; NO_STATE_ID before the first. */
  seenStateId: number;
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
      // What a request asks after its first answer is answered from no older state.
      stateId: Math.max(caller.stateId, caller.seenStateId),
    };
    return new Promise((resolve) => {
      const sink: ReplySink<ResponseOf<M>> = {
        reply: (response, stateId = this.service.stateId) => {
          caller.seenStateId = Math.max(caller.seenStateId, stateId);
          resolve(response);
        },
        fail: (refusal, stateId = this.service.stateId) => {
          caller.seenStateId = Math.max(caller.seenStateId, stateId);
          resolve(refusal);
        },
      };
      this.service.call(method, request, context, sink);
    });
  }

  /** A client name in HDFS's form (DFSClient). */
  clientName(): string {
    return `DFSClient_${this.random.uint32()}_${this.random.uint32()}`;
  }
}

/** Who is asking, without judging it (JspHelper.getUGI without security): user.name, or the static user; doas. */
export function callerOf(
  request: IncomingMessage,
  given: ReadonlyMap<string, string>,
  options: NamenodeWebOptions,
): Caller {
  const address = clientAddress(request, options);
  const name = given.get(parameters.user.name) || options.staticUser;
  const doAs = given.get(parameters.doAs.name) || name;
  const stateId = stateIdOf(request);
  return { user: doAs, realUser: doAs === name ? undefined : name, address, stateId, seenStateId: NO_STATE_ID };
}

/** Why the caller may not act for somebody else. Without rules nobody may (hadoop.proxyuser.*). */
export function refusalOf(
  { user, realUser, address }: Caller,
  options: NamenodeWebOptions,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    if (realUser === undefined) resolve(undefined);
    else if (options.authorize !== undefined) options.authorize(user, realUser, address, resolve);
    else resolve(failure('AuthorizationException', `User: ${realUser} is not allowed to impersonate ${user}`));
  });
}

/** JspHelper.getRemoteAddr. */
function clientAddress(request: IncomingMessage, { proxyServers }: NamenodeWebOptions): string {
  const address = plainAddress(request.socket.remoteAddress);
  const forwarded = request.headers['x-forwarded-for'];
  if (forwarded === undefined || proxyServers?.has(address) !== true) return address;
  const first = String(forwarded).split(',')[0]!.trim();
  return first === '' ? address : first;
}
