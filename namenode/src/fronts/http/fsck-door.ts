import type { ServerResponse } from 'node:http';
import { COMMON_HEADERS, type HttpPlugin } from './server.js';

/** Where the text of an answer goes, at the reader's pace. */
export interface TextOutput {
  /** False: the reader is behind, go on when `onceReady` calls. */
  write(text: string): boolean;
  /** Calls also when the reader has gone. */
  onceReady(goOn: () => void): void;
  end(): void;
  readonly closed: boolean;
}

export interface FsckDoorOptions {
  /** The user of requests that name none (hadoop.http.staticuser.user). */
  readonly staticUser: string;
  readonly start: (
    request: { readonly parameters: URLSearchParams; readonly user: string; readonly address: string },
    output: TextOutput,
  ) => void;
}

/** FsckServlet: text that comes while the check runs. */
export function fsckDoor({ start, staticUser }: FsckDoorOptions): HttpPlugin {
  return (scope) => {
    scope.get('/fsck', (request, reply) => {
      const mark = request.url.indexOf('?');
      const parameters = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
      reply.hijack();
      reply.raw.writeHead(200, { 'Content-Type': 'text/plain;charset=utf-8', ...COMMON_HEADERS });
      const user = parameters.get('user.name') ?? parameters.get('ugi')?.split(',')[0];
      const address = request.ip.replace(/^::ffff:/, '');
      start({ parameters, user: user === undefined || user === '' ? staticUser : user, address }, outputTo(reply.raw));
    });
  };
}

function outputTo(response: ServerResponse): TextOutput {
  return {
    get closed(): boolean {
      return response.destroyed;
    },
    write: (text) => response.write(text),
    onceReady: (goOn) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        goOn();
      };
      response.on('drain', settle).on('close', settle);
    },
    end: () => {
      response.end();
    },
  };
}
