import { isUtf8 } from 'node:buffer';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { MendedSocket } from './mended-socket.js';

/** What node:http says when it does not understand a request. */
interface ParserError extends Error {
  readonly code?: string;
  /** Where in `rawPacket` it stopped. */
  readonly bytesParsed?: number;
  /** The bytes that had just arrived. */
  readonly rawPacket?: Buffer;
}

type ErrorListener = (error: ParserError, socket: Socket) => void;

const prepared = new WeakSet<Server>();

/**
 * Reads names in request lines that are not percent-encoded, as Hadoop's WebHDFS client sends them and Jetty takes
 * them: as UTF-8. Node's parser refuses all bytes above 0x7f, so the connection goes to a new parser, which gets the
 * line percent-encoded. Requests that the first one understands are not touched.
 */
export function readRawNames(server: Server): void {
  if (prepared.has(server)) return;
  prepared.add(server);
  /** The parser that gave up on them may still announce that its request takes too long. */
  const taken = new WeakSet<Socket | MendedSocket>();
  const others = server.listeners('clientError') as ErrorListener[];
  server.removeAllListeners('clientError');
  server.on('clientError', (error: ParserError, socket: Socket | MendedSocket) => {
    if (taken.has(socket)) {
      if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroy();
      return;
    }
    const refused = rawLine(error);
    if (refused === undefined) {
      for (const listener of others) listener.call(server, error, socket as Socket);
      return;
    }
    taken.add(socket);
    const base = socket instanceof MendedSocket ? socket.detach() : socket;
    server.emit('connection', new MendedSocket(base, refused));
  });
}

/** What arrived, when it begins with a request whose first line would be good with its names percent-encoded. */
function rawLine({ code, bytesParsed = 0, rawPacket }: ParserError): Buffer | undefined {
  if (code !== 'HPE_INVALID_URL' || rawPacket === undefined) return undefined;
  const lineFeed = rawPacket.indexOf('\n');
  const line = rawPacket.subarray(0, lineFeed < 0 ? rawPacket.length : lineFeed);
  const isRaw = bytesParsed < line.length && (rawPacket[bytesParsed] as number) > 0x7f;
  const startsHere = /^[A-Z]+ \//.test(rawPacket.toString('latin1', 0, 16));
  // The rest of a longer line, and of its last character, is still to come.
  const isGood = lineFeed < 0 || isUtf8(line);
  return isRaw && startsHere && isGood ? rawPacket : undefined;
}
