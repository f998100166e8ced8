import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import fc from 'fast-check';
import fastify from 'fastify';
import { operations } from '../operations/index.js';
import { parameters } from '../parameters/index.js';
import { namenodeWebHdfs } from './index.js';

const app = fastify();
before(async () => {
  await app.register(async (scope) =>
    namenodeWebHdfs({
      service: {
        stateId: 1,
        call: (_method, _request, _context, sink) => sink.fail(failure('FileNotFoundException', 'nothing here')),
      },
      datanodes: { live: () => [] },
      rpcAddress: () => 'nn:8020',
      random: seededRandom(1),
      logger: { error: (text: string, facts: unknown) => assert.fail(`${text} ${JSON.stringify(facts)}`) } as never,
      defaults: { replication: 3, homePrefix: '/user' },
      staticUser: 'dr.who',
    })(scope),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => app.close());

interface Answered {
  readonly status: number;
  readonly body: string;
}

function answerTo(method: string, path: string): Promise<Answered> {
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const known = Object.values(parameters).map(({ name }) => name);
const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.constantFrom(
    'null',
    'true',
    'FALSE',
    '/',
    '/a',
    '0777',
    '9223372036854775807',
    '-9223372036854775808',
    'r-x',
    ',',
  ),
);
const encoded = value.map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')));
const bad = fc.constantFrom('%', '%zz', '%80', '%c3%28', '+');
const asked = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY'),
  path: fc.array(fc.oneof(encoded, bad), { maxLength: 3 }).map((parts) => parts.join('/')),
  op: fc.oneof(fc.constantFrom(...operations.map(({ name }) => name)), encoded),
  query: fc.array(fc.tuple(fc.constantFrom(...known), fc.oneof(encoded, bad)), {
    maxLength: 4,
  }),
});

test("whatever is asked, the answer is WebHDFS's and never a fault of the server", async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ method, path, op, query }) => {
      const pairs = [`op=${op}`, ...query.map(([name, text]) => `${name}=${text}`)];
      const { status, body } = await answerTo(method, `/webhdfs/v1/${path}?${pairs.join('&')}`);
      assert.ok(status >= 200 && status < 500, `${status}`);
      if (status >= 400 && method !== 'HEAD') assert.match(body, /^\{\s*"RemoteException"/);
    }),
    { numRuns: 500 },
  );
});
