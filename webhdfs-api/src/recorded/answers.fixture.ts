import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';

/** What Apache HDFS 3.4.1 said to one request; made and made equal by apache/record.py. */
export interface Recorded {
  readonly status: number;
  readonly type?: string;
  readonly location?: string;
  readonly body?: string;
}

export interface Step {
  /** Method, a space, and the URL behind the prefix. */
  readonly request: string;
  readonly body?: string;
  /** The second is the datanode's. */
  readonly answers: readonly Recorded[];
}

export const steps = read('answers.json') as readonly Step[];

/** Where rfs answers otherwise, because Apache's answer is a fault: the right status, and why. */
export const deliberate = read('deliberate.json') as Readonly<
  Record<string, { readonly status: number; readonly why: string }>
>;

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../apache/${name}`, import.meta.url), 'utf8'));
}

/** The refusal in a recorded answer. */
export interface RecordedRefusal {
  readonly exception: string;
  readonly javaClassName: string;
  readonly message: string | null;
}

export function refusalIn({ body }: Recorded): RecordedRefusal | undefined {
  if (body === undefined || !/^\{\s*"RemoteException"/.test(body)) return undefined;
  return (JSON.parse(body) as { RemoteException: RecordedRefusal }).RemoteException;
}

/** Addresses and what Apache does not have made equal, as in apache/record.py. */
function equal(text: string): string {
  return text.replaceAll(/127\.0\.0\.\d+:\d+/g, 'host:7').replaceAll(/&stateid=-?\d+/g, '');
}

export interface Asked extends Recorded {
  readonly headers: IncomingMessage['headers'];
}

/** Sends a request exactly as it is written and reads the whole answer. */
export function ask(
  port: number,
  method: string,
  path: string,
  options: { readonly body?: string | undefined; readonly headers?: Record<string, string> } = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', method, path, headers: options.headers ?? {}, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const pieces: string[] = [];
      response.setEncoding('utf8');
      response.on('data', (piece: string) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const { headers, statusCode = 0 } = response;
        const body = equal(pieces.join(''));
        resolve({
          status: statusCode,
          headers,
          ...(headers['content-type'] === undefined ? {} : { type: headers['content-type'] }),
          ...(headers.location === undefined ? {} : { location: equal(headers.location) }),
          ...(body === '' ? {} : { body }),
        });
      });
    });
    sent.end(options.body);
  });
}
