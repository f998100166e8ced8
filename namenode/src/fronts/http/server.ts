import type { AddressInfo } from 'node:net';
import { answerJmx, type JmxQuery } from '@rfs/base/jmx';
import type { Logger } from '@rfs/base/log';
import fastify, { type FastifyInstance } from 'fastify';
import { namenodeBeans } from './beans.js';
import { overviewPage } from './page.js';
import type { NamenodeView } from './view.js';

/** Adds further routes, such as WebHDFS, in a scope of their own: its hooks and parsers bind nobody else. */
export type HttpPlugin = (scope: FastifyInstance) => void | Promise<void>;

export interface HttpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Of a namenode; absent for a journal node, which has metrics and health only. */
  readonly view?: NamenodeView;
  /** What /health says of a node without a namespace. */
  readonly health?: () => {
    readonly ready: boolean;
    readonly role: string;
    readonly votes: boolean;
    readonly appliedIndex: number;
  };
  /** Everything measured, in Prometheus's text format (@rfs/base/metrics). */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly logger: Logger;
  readonly plugins?: readonly HttpPlugin[];
}

/** The open HTTP port of a namenode. */
export interface HttpDoor {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets requests under way end, drops idle connections. */
  close(): Promise<void>;
}

/** hadoop.http.max.request.header.size: paths of WebHDFS stand in the request line, each byte as up to three. */
const MAX_HEADER_BYTES = 65_536;

/** HttpServer2's headers, and that nothing here may be kept by caches. */
export const COMMON_HEADERS = {
  'Cache-Control': 'no-cache',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'X-FRAME-OPTIONS': 'SAMEORIGIN',
  'X-XSS-Protection': '1; mode=block',
};

/** Opens the namenode's HTTP port: overview, /health, /isActive, /jmx, /metrics and what the plugins add. */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const { logger } = options;
  const app = fastify({
    forceCloseConnections: 'idle',
    // Requests that arrive on open connections while the server closes are answered still; the connection ends then.
    return503OnClosing: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  });
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error('request failed', { method: request.method, url: request.url, error });
    void reply
      .code(status)
      .type('text/plain; charset=utf-8')
      .send(`${status >= 500 ? 'Internal error' : error.message}\n`);
  });
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).type('text/plain; charset=utf-8').send('Not found\n');
  });
  await app.register((scope, _options, done) => {
    addPages(scope, options);
    done();
  });
  for (const plugin of options.plugins ?? []) await app.register(async (scope) => plugin(scope));
  await app.listen({ host: options.host, port: options.port });
  const address = app.addresses()[0] as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    close: () => app.close(),
  };
}

function addPages(scope: FastifyInstance, { view, health, metrics }: HttpOptions): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(COMMON_HEADERS);
    done();
  });
  scope.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  if (health !== undefined) {
    scope.get('/health', (_request, reply) => {
      const state = health();
      return reply.code(state.ready ? 200 : 503).send(state);
    });
  }
  if (view !== undefined) addNamenodePages(scope, view);
}

function addNamenodePages(scope: FastifyInstance, view: NamenodeView): void {
  scope.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(overviewPage(view.snapshot())));
  scope.get<{ Querystring: JmxQuery }>('/jmx', (request, reply) =>
    reply
      // The spelling of Apache's servlet, which a serializer would complete.
      .header('Content-Type', 'application/json; charset=utf8')
      .headers({ 'Access-Control-Allow-Methods': 'GET', 'Access-Control-Allow-Origin': '*' })
      .send(answerJmx(namenodeBeans, view.snapshot(), request.query)),
  );
  scope.get('/health', (_request, reply) => {
    const { role, votes, filesystem, safeMode, appliedIndex } = view.snapshot();
    const ready = filesystem !== undefined;
    return reply.code(ready ? 200 : 503).send({ ready, role, votes, safeMode: safeMode !== undefined, appliedIndex });
  });
  // IsActiveServlet: how load balancers find the active namenode.
  scope.get('/isActive', (_request, reply) => {
    const active = view.snapshot().role === 'active';
    return reply
      .code(active ? 200 : 405)
      .type('text/plain;charset=utf-8')
      .send(active ? 'I am Active!' : 'I am not Active!');
  });
}
