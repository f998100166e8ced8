import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import fastify, { type FastifyInstance } from 'fastify';
import type { DfsFiles } from '../operations/index.js';
import { ask } from '../recorded/answers.fixture.js';
import { datanodeWebHdfs } from './index.js';

const open: FastifyInstance[] = [];
after(async () => {
  for (const app of open) await app.close();
});

interface Acquired {
  readonly authority: string;
  readonly user: string;
  readonly realUser: string | undefined;
}

/** A datanode's door to a file system. */
async function door(files: Partial<DfsFiles>): Promise<{ port: number; acquired: Acquired[]; held: () => number }> {
  const acquired: Acquired[] = [];
  let held = 0;
  const app = fastify();
  open.push(app);
  await app.register(async (scope) =>
    datanodeWebHdfs({
      fileSystems: {
        acquire: (authority, user) => {
          acquired.push({ authority, ...user });
          held++;
          let state = 40;
          return {
            files: files as DfsFiles,
            stateId: () => ++state,
            saw: (stateId) => {
              state = Math.max(state, stateId);
            },
            release: () => held--,
          };
        },
      },
      defaultAuthority: 'nn:8020',
      staticUser: 'dr.who',
      logger: { error: () => undefined } as never,
    })(scope),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: (app.addresses()[0] as AddressInfo).port, acquired, held: () => held };
}

function fileOf(content: string): Partial<DfsFiles> {
  return {
    open: async () => ({
      lengthBytes: content.length,
      async *stream(position, lengthBytes) {
        for (const letter of content.slice(position, position + lengthBytes)) yield Buffer.from(letter);
      },
    }),
  };
}

/** A file being written, and what became of it. */
function target() {
  const state = { content: '', ended: '' };
  let told: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    told = resolve;
  });
  const end = (how: string): void => {
    state.ended = how;
    told();
  };
  const file = {
    write: async (bytes: Uint8Array) => {
      state.content += Buffer.from(bytes).toString();
    },
    close: async () => end('closed'),
    abort: () => end('given up'),
  };
  return { state, ended, files: { create: async () => file, append: async () => file } };
}

test('the namenode and the user of the redirect are those that are asked', async () => {
  const { port, acquired, held } = await door(fileOf('x'));
  await ask(port, 'GET', '/webhdfs/v1/f?op=OPEN&user.name=ann&namenoderpcaddress=ns1&stateid=9');
  await ask(port, 'GET', '/webhdfs/v1/f?op=OPEN&user.name=oozie&doas=bob');
  const last = await ask(port, 'GET', '/webhdfs/v1/f?op=OPEN&stateid=90');
  assert.deepEqual(acquired, [
    { authority: 'ns1', user: 'ann', realUser: undefined },
    { authority: 'nn:8020', user: 'bob', realUser: 'oozie' },
    { authority: 'nn:8020', user: 'dr.who', realUser: undefined },
  ]);
  assert.equal(last.headers['x-rfs-state-id'], '91');
  assert.equal(held(), 0);
});

test('ranges: by parameters, and by a header when there are none', async () => {
  const { port } = await door(fileOf('0123456789'));
  const get = async (query: string, range?: string) => {
    const headers: Record<string, string> = range === undefined ? {} : { Range: range };
    const found = await ask(port, 'GET', `/webhdfs/v1/f?op=OPEN&${query}`, { headers });
    return [found.status, found.headers['content-range'], found.body];
  };
  assert.deepEqual(await get('offset=3&length=4'), [200, undefined, '3456']);
  assert.deepEqual(await get('offset=10'), [200, undefined, undefined]);
  assert.deepEqual(await get('', 'bytes=2-4'), [206, 'bytes 2-4/10', '234']);
  assert.deepEqual(await get('', 'bytes=7-'), [206, 'bytes 7-9/10', '789']);
  assert.deepEqual(await get('', 'bytes=-2'), [206, 'bytes 8-9/10', '89']);
  assert.deepEqual(await get('', 'bytes=5-99'), [206, 'bytes 5-9/10', '56789']);
  assert.deepEqual(await get('offset=8', 'bytes=2-4'), [200, undefined, '89']);
  for (const odd of ['bytes=', 'bytes=-', 'lines=1-2', 'bytes=1-2,4-5', 'bytes=20-30']) {
    assert.deepEqual(await get('', odd), [200, undefined, '0123456789'], odd);
  }
  const { status, body } = await ask(port, 'GET', '/webhdfs/v1/f?op=OPEN&offset=11');
  assert.equal(status, 403);
  assert.match(body!, /EOFException.*Cannot seek after EOF/);
});

test('HEAD tells the length and reads nothing', async () => {
  const { port } = await door({
    open: async () => ({ lengthBytes: 12, stream: () => assert.fail('nothing is to be read') }),
  });
  const { status, headers } = await ask(port, 'HEAD', '/webhdfs/v1/f?op=OPEN&offset=2');
  assert.equal(status, 200);
  assert.equal(headers['content-length'], '10');
});

test('a slow reader is waited for, and one that goes away ends the reading', async () => {
  const piece = Buffer.alloc(1 << 16);
  let made = 0;
  let ended: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const { port, held } = await door({
    open: async () => ({
      lengthBytes: 2 ** 40,
      async *stream() {
        try {
          for (;;) {
            made++;
            yield piece;
          }
        } finally {
          ended();
        }
      },
    }),
  });
  const sent = httpRequest({ port, host: '127.0.0.1', path: '/webhdfs/v1/f?op=OPEN', agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.pause();
  // Once the sockets are full nothing more is made, however often the loop turns.
  let before = -1;
  for (let still = 0; still < 50; ) {
    still = made === before ? still + 1 : 0;
    before = made;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(made < 1000, `${made} pieces were made for nobody`);
  sent.on('error', () => undefined);
  response.on('error', () => undefined);
  response.destroy();
  await finished;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(held(), 0);
});

test('an error within a file cuts the answer off', async () => {
  const { port } = await door({
    open: async () => ({
      lengthBytes: 10,
      async *stream() {
        yield Buffer.from('abc');
        throw new FailureError(failure('BlockMissingException', 'gone'));
      },
    }),
  });
  await assert.rejects(ask(port, 'GET', '/webhdfs/v1/f?op=OPEN'), /aborted|hang up/);
});

test('uploads: of known and unknown length', async () => {
  const { files, state } = target();
  const { port } = await door(files);
  const fixed = await ask(port, 'PUT', '/webhdfs/v1/d/%C3%BC%20x?op=CREATE', { body: 'fixed' });
  assert.equal(fixed.status, 201);
  assert.equal(fixed.location, 'hdfs://nn:8020/d/%C3%BC%20x');
  const headers = { 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/json' };
  const chunked = await ask(port, 'POST', '/webhdfs/v1/f?op=APPEND', { body: '+chunked', headers });
  assert.equal(chunked.status, 200);
  assert.deepEqual(state, { content: 'fixed+chunked', ended: 'closed' });
});

test('a long upload comes whole, and its connection serves nothing else', async () => {
  const { files, state } = target();
  const { port } = await door(files);
  const body = Array.from({ length: 1 << 20 }, (_, i) => String(1_000_000 + i)).join('');
  const { status, headers } = await ask(port, 'PUT', '/webhdfs/v1/f?op=CREATE', { body });
  assert.deepEqual([status, headers.connection, headers['x-rfs-state-id']], [201, 'close', '41']);
  assert.ok(state.content === body);
  assert.equal(state.ended, 'closed');
});

test('a long upload that ends too early leaves what came', async () => {
  const { files, state, ended } = target();
  const { port } = await door(files);
  const head = UPLOAD.replace('Length: 5\r', 'Length: 5000000\r');
  await raw(port, head, (_text, end) => {
    end('he');
    end();
  });
  await ended;
  assert.deepEqual(state, { content: 'he', ended: 'closed' });
});

/** What a server says to raw bytes, until it or we close. */
function raw(
  port: number,
  head: string,
  onText: (text: string, end: (more?: string) => void) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (!socket.writableEnded) onText(text, (more) => (more === undefined ? socket.end() : socket.write(more)));
    });
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(head);
  });
}

const UPLOAD = 'PUT /webhdfs/v1/f?op=CREATE HTTP/1.1\r\nHost: n\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';

test('a client that waits is told to go on once the file is there', async () => {
  const { files, state } = target();
  const { port } = await door(files);
  let asked = false;
  const text = await raw(port, UPLOAD, (so_far, end) => {
    if (so_far.includes(' 201 ')) end();
    else if (!asked) end('hello');
    asked = true;
  });
  assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 Created/);
  assert.equal(state.content, 'hello');
});

test('and refused without its body when it cannot be made', async () => {
  const { port } = await door({
    create: async () => {
      throw new FailureError(failure('FileAlreadyExistsException', '/f for client 127.0.0.1 already exists'));
    },
  });
  const text = await raw(port, UPLOAD, () => undefined);
  assert.match(text, /^HTTP\/1\.1 403 /);
  assert.match(text, /"FileAlreadyExistsException"/);
});

test('a body that ends too early leaves what came, as in Apache', async () => {
  const { files, state, ended } = target();
  const { port } = await door(files);
  await raw(port, UPLOAD, (_text, end) => {
    end('he');
    end();
  });
  await ended;
  assert.equal(state.ended, 'closed');
});

test('what goes wrong while writing is told at the end', async () => {
  const { port } = await door({
    create: async () => ({
      write: async () => {
        throw new FailureError(failure('DSQuotaExceededException', 'full'));
      },
      close: async () => assert.fail('a file that failed is not closed'),
      abort: () => undefined,
    }),
  });
  for (const megabytes of [1, 6]) {
    const sent = 'x'.repeat(megabytes << 20);
    const { status, body } = await ask(port, 'PUT', '/webhdfs/v1/f?op=CREATE', { body: sent });
    assert.equal(status, 403);
    assert.match(body!, /"DSQuotaExceededException".*"full"/);
  }
});

test('operations of the namenode, and none, are refused', async () => {
  const { port } = await door({});
  for (const [method, path] of [
    ['GET', '/f?op=GETFILESTATUS'],
    ['GET', '/f'],
    ['PUT', '/f?op=OPEN'],
    ['DELETE', '/f?op=DELETE'],
  ] as const) {
    const { status, body, type } = await ask(port, method, `/webhdfs/v1${path}`);
    assert.equal(status, 400);
    assert.equal(type, 'application/json; charset=utf-8');
    assert.match(body!, /"IllegalArgumentException".*"Invalid operation /);
  }
});
