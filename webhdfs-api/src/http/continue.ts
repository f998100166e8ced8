import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isBelow } from './target.js';

/** Servers that have the listener already: namenode and datanode doors may share one. */
const prepared = new WeakSet<Server>();

/**
 * Leaves it to WebHDFS when a client that sent `Expect: 100-continue` is told to go on: a redirect or a refusal comes
 * before the body, which then need not travel. Other doors of the server go on at once, as without this.
 */
export function answerContinueFor(server: Server): void {
  if (prepared.has(server)) return;
  prepared.add(server);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isBelow(request.url ?? '')) response.writeContinue();
    server.emit('request', request, response);
  });
}
