import type { AddressInfo } from 'node:net';
import type { Logger } from '@rfs/base/log';
import fastify, { type FastifyInstance } from 'fastify';

/** Adds further routes, such as WebHDFS, in a scope of their own: its hooks and parsers bind nobody else. */
export type HttpPlugin = (scope: FastifyInstance) => void | Promise<void>;

/** One managed bean, its attributes collected when somebody asks. */
export interface Bean {
  readonly name: string;
  /** The class that Apache names. */
  readonly modelerType: string;
  readonly attributes: () => object;
}

export interface HttpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Everything measured, in Prometheus's text format (@rfs/base/metrics). */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly beans: readonly Bean[];
  /** Whether a namenode knows this datanode. */
  readonly ready: () => boolean;
  readonly log: Logger;
  readonly plugins: readonly HttpPlugin[];
}

/** The open HTTP port of a datanode. */
export interface HttpDoor {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets requests under way end, drops idle connections. */
  close(): Promise<void>;
}

/** hadoop.http.max.request.header.size: paths of WebHDFS stand in the request line, each byte as up to three. */
const MAX_HEADER_BYTES = 65_536;

/** Opens the datanode's HTTP port: /metrics, /jmx, /health and what the plugins add. */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const { log, metrics, ready } = options;
  const app = fastify({
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
  });
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error('request failed', { method: request.method, url: request.url, error });
    void reply
      .code(status)
      .type('text/plain; charset=utf-8')
      .send(`${status >= 500 ? 'Internal error' : error.message}\n`);
  });
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).type('text/plain; charset=utf-8').send('Not found\n');
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/health', (_request, reply) => reply.code(ready() ? 200 : 503).send({ ready: ready() }));
  app.get<{ Querystring: { readonly qry?: string } }>('/jmx', (request, reply) => {
    const { qry } = request.query;
    const beans = options.beans
      .filter(({ name }) => qry === undefined || qry === name)
      .map(({ name, modelerType, attributes }) => ({ name, modelerType, ...attributes() }));
    return reply.send({ beans });
  });
  for (const plugin of options.plugins) await app.register(async (scope) => plugin(scope));
  await app.listen({ host: options.host, port: options.port });
  const address = app.addresses()[0] as AddressInfo;
  return { host: address.address, port: address.port, close: () => app.close() };
}
