import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { readRawNames } from './raw-names.js';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

/** A server that answers with what it was asked, and the body's length. */
async function serve(): Promise<number> {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    request.on('end', () => response.end(`${request.method} ${request.url} ${bytes} ${request.socket.remoteAddress}`));
  });
  server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  readRawNames(server);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

class Connection {
  private readonly socket: net.Socket;
  private received = '';
  private wake: () => void = () => undefined;
  private closed = false;

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (piece: string) => {
      this.received += piece;
      this.wake();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Body of the next answer, or the status of one that is not good. */
  async answer(): Promise<string> {
    for (;;) {
      const head = this.received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(this.received)?.[1] ?? 0);
      if (head >= 0 && this.received.length >= head + 4 + length) {
        const status = this.received.slice(9, 12);
        const body = this.received.slice(head + 4, head + 4 + length);
        this.received = this.received.slice(head + 4 + length);
        return status === '200' ? body : status;
      }
      if (this.closed) return 'closed';
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  end(): void {
    this.socket.destroy();
  }
}

const get = (name: string, more = '') => `GET /${name} HTTP/1.1\r\nHost: here\r\n${more}\r\n`;

test('names that are not percent-encoded are read as UTF-8, as often as they come on a connection', async () => {
  const connection = new Connection(await serve());
  for (const [name, read] of [
    ['a', 'a'],
    ['ü', '%C3%BC'],
    ['b?x=ö&y=€ ', 'b?x=%C3%B6&y=%E2%82%AC'],
    ['c', 'c'],
    ['ä', '%C3%A4'],
    ['𝄞', '%F0%9D%84%9E'],
  ] as const) {
    connection.send(get(name.trim()));
    assert.equal(await connection.answer(), `GET /${read} 0 127.0.0.1`);
  }
  connection.end();
});

test('bodies are left alone', async () => {
  const connection = new Connection(await serve());
  const body = Buffer.alloc(300_000, get('ü'));
  connection.send(`PUT /ü HTTP/1.1\r\nHost: here\r\nContent-Length: ${body.length}\r\n\r\n`);
  connection.send(body);
  assert.equal(await connection.answer(), 'PUT /%C3%BC 300000 127.0.0.1');
  connection.send(`PUT /plain HTTP/1.1\r\nHost: here\r\nContent-Length: ${body.length}\r\n\r\n`);
  connection.send(body);
  assert.equal(await connection.answer(), 'PUT /plain 300000 127.0.0.1');
  connection.end();
});

test('a line may come in pieces', async () => {
  const port = await serve();
  const whole = Buffer.from(get('aüböc'));
  for (let cut = whole.indexOf(0xc3) + 1; cut < whole.indexOf('\r'); cut++) {
    const connection = new Connection(port);
    connection.send(whole.subarray(0, cut));
    await new Promise((resolve) => setImmediate(resolve));
    connection.send(whole.subarray(cut));
    assert.equal(await connection.answer(), 'GET /a%C3%BCb%C3%B6c 0 127.0.0.1', `cut at ${cut}`);
    connection.end();
  }
});

test('what is no request, or no UTF-8, is refused as ever', async () => {
  const port = await serve();
  for (const bytes of [
    Buffer.from(get('\xfc'), 'latin1'),
    Buffer.from('\xff\xfe\x00', 'latin1'),
    Buffer.from(`GET /ü/\x01 HTTP/1.1\r\n\r\n`),
    Buffer.from('NOSUCH /ü HTTP/1.1\r\n\r\n'),
  ]) {
    const connection = new Connection(port);
    connection.send(bytes);
    assert.match(await connection.answer(), /^(400|closed)$/);
    connection.end();
  }
});
