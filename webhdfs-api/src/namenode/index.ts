import type { FastifyInstance } from 'fastify';
import { addRoutes } from '../http/index.js';
import { openApiDocument } from '../openapi/index.js';
import { NamenodeDoor } from './door.js';
import type { NamenodeWebOptions } from './options.js';

export type { DatanodeDirectory, NamenodeWebOptions, RedirectBy, WebDatanode } from './options.js';

/** WebHDFS for a namenode's HTTP server, and its description at /openapi.json. */
export function namenodeWebHdfs(options: NamenodeWebOptions): (scope: FastifyInstance) => void {
  return (scope) => {
    const door = new NamenodeDoor(options);
    const document = JSON.stringify(openApiDocument());
    addRoutes(scope, (request, response) => door.answer(request, response));
    scope.get('/openapi.json', (_request, reply) => reply.type('application/json').send(document));
  };
}
