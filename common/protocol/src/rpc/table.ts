import { type ByteReader, type Codec, MalformedBytes } from '@rfs/base/bytes';
import { failure, type HdfsFailure } from '../exceptions/index.js';
import { decodeRequestHeaderProto } from '../messages/index.js';
import type { RpcCall } from './call.js';
import type { MessageOf, MethodSet, Protocol } from './protocol.js';

/** One call that a server can answer. */
export interface MethodEntry {
  readonly protocol: string;
  readonly name: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  /** See {@link Protocol}. */
  readonly keepsBytes: boolean;
  handle(call: RpcCall<unknown>, request: unknown): void;
}

/** Who answers which call of a protocol; absent ones are answered with RpcNoSuchMethodException. */
export type Handlers<Methods extends MethodSet> = {
  readonly [Name in keyof Methods]?: (
    call: RpcCall<MessageOf<Methods[Name]['response']>>,
    request: MessageOf<Methods[Name]['request']>,
  ) => void;
};

const CACHE_SLOTS = 256;

/**
 * Which calls a server answers. Finding one costs no string: the bytes of RequestHeaderProto that name a call are the
 * same each time, so they are compared with those seen before, and decoded only when they are new.
 */
export class ProtocolTable {
  private readonly versions = new Map<string, number>();
  private readonly entries = new Map<string, Map<string, MethodEntry>>();
  private readonly cachedBytes: (Buffer | null)[] = new Array(CACHE_SLOTS).fill(null);
  private readonly cachedEntries: (MethodEntry | null)[] = new Array(CACHE_SLOTS).fill(null);

  /** Adds a protocol's calls; a second protocol of the same name replaces the first. */
  add<Methods extends MethodSet>(protocol: Protocol<Methods>, handlers: Handlers<Methods>): this {
    const methods = new Map<string, MethodEntry>();
    const { keepsBytes = false } = protocol;
    for (const [name, { request, response }] of Object.entries(protocol.methods)) {
      const handle = handlers[name] as MethodEntry['handle'] | undefined;
      if (handle) methods.set(name, { protocol: protocol.name, name, request, response, keepsBytes, handle });
    }
    this.versions.set(protocol.name, protocol.version);
    this.entries.set(protocol.name, methods);
    this.cachedBytes.fill(null);
    this.cachedEntries.fill(null);
    return this;
  }

  /**
   * The call that the length-delimited RequestHeaderProto at the reader's offset names; the reader then stands behind
   * it. A Failure says what to tell a client that asks for something else. Throws MalformedBytes.
   */
  find(reader: ByteReader): MethodEntry | HdfsFailure {
    const end = reader.delimitedEnd();
    const start = reader.offset;
    const buffer = reader.buffer;
    const length = end - start;
    // The method's name comes first; a few of its bytes tell most methods apart.
    const slot =
      length < 8
        ? 0
        : (length * 31 +
            (buffer[start + 2] as number) * 7 +
            (buffer[start + 5] as number) * 13 +
            (buffer[start + 1 + (buffer[start + 1] as number)] ?? 0) * 3) &
          (CACHE_SLOTS - 1);
    const cached = this.cachedBytes[slot] as Buffer | null;
    if (cached !== null && sameBytes(cached, buffer, start, length)) {
      reader.offset = end;
      return this.cachedEntries[slot] as MethodEntry;
    }
    const found = this.lookUp(reader, end);
    if ('handle' in found) {
      this.cachedBytes[slot] = Buffer.from(buffer.subarray(start, end));
      this.cachedEntries[slot] = found;
    }
    return found;
  }

  private lookUp(reader: ByteReader, end: number): MethodEntry | HdfsFailure {
    const header = decodeRequestHeaderProto(reader, end);
    const protocol = header.declaringClassProtocolName;
    const version = this.versions.get(protocol);
    if (version === undefined) return failure('RpcNoSuchProtocolException', `Unknown protocol: ${protocol}`);
    if (header.clientProtocolVersion !== version) {
      return failure(
        'VersionMismatch',
        `Protocol ${protocol} version mismatch. (client = ${header.clientProtocolVersion}, server = ${version})`,
      );
    }
    const entry = this.entries.get(protocol)?.get(header.methodName);
    return (
      entry ??
      failure('RpcNoSuchMethodException', `Unknown method ${header.methodName} called on ${protocol} protocol.`)
    );
  }
}

/**
 * Reads the length-delimited request of `entry`, which must end where the reader ends; from a copy if it keeps bytes
 * that are not its `own`. Throws MalformedBytes.
 */
export function readRequest(entry: MethodEntry, reader: ByteReader, own: boolean): unknown {
  if (entry.keepsBytes && !own) reader.copyRest();
  const end = reader.delimitedEnd();
  if (end !== reader.end) throw new MalformedBytes(`${reader.end - end} bytes behind ${entry.request.name}`);
  return entry.request.decode(reader, end);
}

function sameBytes(known: Buffer, buffer: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== buffer[start + i]) return false;
  return true;
}
