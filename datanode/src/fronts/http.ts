import type { AddressInfo } from 'node:net';
import { answerJmx, type Bean, type JmxQuery } from '@rfs/base/jmx';
import type { Logger } from '@rfs/base/log';
import fastify, { type FastifyInstance } from 'fastify';

/** Adds further routes, such as WebHDFS, in a scope of their own: its hooks and parsers bind nobody else. */
export type HttpPlugin = (scope: FastifyInstance) => void | Promise<void>;

export interface HttpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly beans: (httpPort: number) => readonly Bean<void>[];
  /** Everything measured, in Prometheus's text format (@rfs/base/metrics). */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** True once a namenode knows this datanode. */
  readonly ready: () => boolean;
  readonly log: Logger;
  readonly plugins: readonly HttpPlugin[];
}

/** The open HTTP port of a datanode. */
export interface HttpDoor {
  readonly port: number;
  /** Stops accepting, lets requests under way end, drops idle connections. */
  close(): Promise<void>;
}

/** hadoop.http.max.request.header.size: paths of WebHDFS stand in the request line, each byte as up to three. */
const MAX_HEADER_BYTES = 65_536;

/** Opens the datanode's HTTP port: /jmx, /metrics, /health and what the plugins add. */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const { log, metrics } = options;
  const app = fastify({
    forceCloseConnections: 'idle',
    // Requests that arrive on open connections while the server closes are answered still; the connection ends then.
    return503OnClosing: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  });
  let beans: readonly Bean<void>[] = [];
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error('request failed', { method: request.method, url: request.url, error });
    const text = status >= 500 ? 'Internal error' : error.message;
    void reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);
  });
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).type('text/plain; charset=utf-8').send('Not found\n');
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get<{ Querystring: JmxQuery }>('/jmx', (request, reply) =>
    reply
      .header('Content-Type', 'application/json; charset=utf8')
      .header('Cache-Control', 'no-cache')
      .send(answerJmx(beans, undefined, request.query)),
  );
  app.get('/health', (_request, reply) => {
    const ready = options.ready();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  for (const plugin of options.plugins) await app.register(async (scope) => plugin(scope));
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.addresses()[0] as AddressInfo;
  beans = options.beans(port);
  return { port, close: () => app.close() };
}
