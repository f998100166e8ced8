import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isBelow } from './target.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const prepared = new WeakSet<Server>();

/**
 * Hands requests below the prefix whose path is no percent-encoded UTF-8 to `take`: fastify's router refuses them in
 * words of its own before any route is asked.
 */
export function takeUndecodable(server: Server, take: Listener): void {
  if (prepared.has(server)) return;
  prepared.add(server);
  const others = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (isUndecodable(request.url ?? '')) take(request, response);
    else for (const listener of others) listener.call(server, request, response);
  });
}

function isUndecodable(url: string): boolean {
  if (!url.includes('%') || !isBelow(url)) return false;
  const mark = url.indexOf('?');
  try {
    decodeURI(mark < 0 ? url : url.slice(0, mark));
    return false;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return true;
  }
}
