import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { BYTES_TYPE } from '../http/index.js';
import { parameters } from '../parameters/index.js';
import type { DataOperation, ReadableFile, Transfer } from './operation.js';

/** Bytes of a file: from `start`, `lengthBytes` of them. */
interface Range {
  readonly start: number;
  readonly lengthBytes: number;
}

/**
 * The range of a `Range: bytes=a-b` header, which counts when the query names none; undefined when there is none, or
 * one of a form that RFC 9110 allows to be passed over (several ranges, other units, beyond the end).
 */
function headerRange({ query, request }: Transfer, lengthBytes: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (match === null || query.get(parameters.offset) !== 0 || query.get(parameters.length) !== undefined)
    return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, lengthBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? lengthBytes : Math.min(lengthBytes, Number(to) + 1);
  return start < end ? { start, lengthBytes: end - start } : undefined;
}

function queryRange({ query }: Transfer, lengthBytes: number): Range {
  const start = query.get(parameters.offset);
  if (start > lengthBytes) throw new FailureError(failure('EOFException', 'Cannot seek after EOF'));
  return { start, lengthBytes: Math.min(lengthBytes - start, query.get(parameters.length) ?? lengthBytes) };
}

/**
 * Sends a range as the client takes it: the next piece is asked for when the socket has let go of the last one, and a
 * client that goes away ends the reading. An error within cuts the connection, since the length has been promised.
 */
async function send(response: ServerResponse, file: ReadableFile, range: Range): Promise<void> {
  const taker = new Taker(response);
  try {
    for await (const piece of file.stream(range.start, range.lengthBytes)) await taker.take(piece);
    response.end();
  } catch (error) {
    response.destroy(error instanceof Error ? error : undefined);
  }
}

/** The client at the other end. Node says nothing of a write whose connection closes under it, only that it closes. */
class Taker {
  private readonly response: ServerResponse;
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;
  private readonly written = (error: Error | null | undefined): void => {
    if (error) this.reject(error);
    else this.resolve();
  };

  constructor(response: ServerResponse) {
    this.response = response;
    response.once('close', () => this.reject(new Error('the client has gone')));
  }

  /** Resolves when the piece's memory is free again; rejects when the client has gone. */
  take(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      if (this.response.destroyed) reject(new Error('the client has gone'));
      else this.response.write(piece, this.written);
    });
  }
}

/** WebHdfsHandler.onOpen. */
export const open: DataOperation = {
  kind: 'data',
  name: 'OPEN',
  method: 'GET',
  summary: "A file's bytes.",
  parameters: [parameters.bufferSize, parameters.length, parameters.offset],
  reply: undefined,
  nearness: 'first block',
  carried: [parameters.bufferSize, parameters.length, parameters.offset],
  alwaysCarried: [parameters.offset],
  statuses: [200, 206],
  async serve(transfer) {
    const { path, query, files, request, response } = transfer;
    const file = await files.open(path, query.get(parameters.stateId));
    const partial = headerRange(transfer, file.lengthBytes);
    const range = partial ?? queryRange(transfer, file.lengthBytes);
    const headers: OutgoingHttpHeaders = {
      'Access-Control-Allow-Methods': 'GET',
      'Access-Control-Allow-Origin': '*',
      'Accept-Ranges': 'bytes',
      'Content-Type': BYTES_TYPE,
      'Content-Length': range.lengthBytes,
    };
    if (partial !== undefined) {
      headers['Content-Range'] = `bytes ${range.start}-${range.start + range.lengthBytes - 1}/${file.lengthBytes}`;
    }
    response.writeHead(partial === undefined ? 200 : 206, headers);
    if (request.method === 'HEAD' || range.lengthBytes === 0) response.end();
    else await send(response, file, range);
  },
};
