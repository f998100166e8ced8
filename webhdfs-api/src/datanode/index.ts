import type { FastifyInstance } from 'fastify';
import { addRoutes } from '../http/index.js';
import { DatanodeDoor } from './door.js';
import type { DatanodeWebOptions } from './options.js';

export { ClientPool, type ClientPoolOptions } from './file-systems.js';
export type { DatanodeWebOptions, FileSystemLease, FileSystems } from './options.js';

/** WebHDFS for a datanode's HTTP server. */
export function datanodeWebHdfs(options: DatanodeWebOptions): (scope: FastifyInstance) => void {
  return (scope) => {
    const door = new DatanodeDoor(options);
    addRoutes(scope, (request, response) => door.answer(request, response));
  };
}
