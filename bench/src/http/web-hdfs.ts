import { type BodySink, HttpConnection, type HttpReply, type HttpRequest } from './connection.js';
import { headerOf } from './reply-reader.js';

/**
 * A WebHDFS client on one thread of work: one connection to the namenode, and one to each datanode that it is sent to.
 * It follows redirects and throws at any status that it does not expect.
 */
export class WebHdfs {
  private readonly namenode: HttpConnection;
  private readonly others = new Map<string, HttpConnection>();
  private readonly user: string;

  /** `http` is the namenode's http://host:port. */
  constructor(http: string, user: string) {
    this.namenode = new HttpConnection(new URL(http).host);
    this.user = user;
  }

  /** A request that the namenode answers by itself; `status` is the one expected. */
  async ask(method: string, path: string, query: string, status = 200, body?: BodySink): Promise<HttpReply> {
    const reply = await this.namenode.send({ method, target: this.target(path, query) }, body);
    return expected(reply, status, `${method} ${path}`);
  }

  /** Writes `count` times `piece` to a new file. */
  async create(path: string, piece: Buffer, count: number): Promise<void> {
    const url = await this.redirect('PUT', path, 'op=CREATE&overwrite=true');
    await this.follow({ method: 'PUT', target: url, body: { piece, count } }, 201);
  }

  /** Reads a file, or a range of it: the bytes that came. */
  async open(path: string, body?: BodySink, range = ''): Promise<number> {
    const url = await this.redirect('GET', path, `op=OPEN${range}`);
    return (await this.follow({ method: 'GET', target: url }, 200, body)).bodyBytes;
  }

  close(): void {
    this.namenode.close();
    for (const connection of this.others.values()) connection.close();
  }

  private async redirect(method: string, path: string, query: string): Promise<string> {
    const reply = await this.ask(method, path, query, 307);
    return headerOf(reply.head, 'location') as string;
  }

  private async follow(request: HttpRequest, status: number, body?: BodySink): Promise<HttpReply> {
    const { host, pathname, search } = new URL(request.target);
    let connection = this.others.get(host);
    if (connection === undefined) {
      connection = new HttpConnection(host);
      this.others.set(host, connection);
    }
    const reply = await connection.send({ ...request, target: `${pathname}${search}` }, body);
    return expected(reply, status, `${request.method} ${request.target}`);
  }

  private target(path: string, query: string): string {
    return `/webhdfs/v1${path}?${query}&user.name=${this.user}`;
  }
}

function expected(reply: HttpReply, status: number, what: string): HttpReply {
  if (reply.head.status !== status)
    throw new Error(`${what}: status ${reply.head.status} instead of ${status}: ${reply.begin}`);
  return reply;
}
