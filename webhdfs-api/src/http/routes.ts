import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure } from '@rfs/protocol/exceptions';
import type { FastifyInstance } from 'fastify';
import { answerContinueFor } from './continue.js';
import { readRawNames } from './raw-names.js';
import { jsonHeaders, remoteException, sendText } from './respond.js';
import { PREFIX } from './target.js';
import { takeUndecodable } from './undecodable.js';

const METHODS: readonly string[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
const ALLOW = [...METHODS, 'OPTIONS'].join(', ');

/**
 * Hands everything below the prefix to `answer`, which writes to the socket itself: names, parameters and bodies are
 * WebHDFS's own business. A body that is not read is discarded by the server.
 * @param answer never rejects
 */
export function addRoutes(
  scope: FastifyInstance,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): void {
  answerContinueFor(scope.server);
  readRawNames(scope.server);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (METHODS.includes(request.method ?? '')) void answer(request, response);
    else refuseMethod(request, response);
  };
  takeUndecodable(scope.server, handle);
  for (const url of [PREFIX, `${PREFIX}/*`]) {
    scope.route({
      method: scope.supportedMethods,
      url,
      exposeHeadRoute: false,
      // Before the body is looked at: fastify would judge its type.
      onRequest: (request, reply) => {
        reply.hijack();
        handle(request.raw, reply.raw);
      },
      handler: unreached,
    });
  }
}

/** fastify asks for a handler, though every request has been answered before. */
function unreached(): never {
  throw new Error('a request was not answered');
}

/** What may be asked for, to browsers that ask before they write (WebHdfsHandler.allowCORSOnCreate), and a refusal. */
function refuseMethod(request: IncomingMessage, response: ServerResponse): void {
  const headers = {
    Allow: ALLOW,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Headers': 'accept',
    'Access-Control-Allow-Methods': ALLOW,
    'Access-Control-Max-Age': '1728000',
  };
  if (request.method === 'OPTIONS') {
    sendText(response, 200, headers, '');
    return;
  }
  const refusal = failure('UnsupportedOperationException', `${request.method} is not supported`);
  sendText(response, 405, { ...headers, ...jsonHeaders(request) }, remoteException(refusal));
}
