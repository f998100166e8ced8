import { ByteReader } from '@rfs/base/bytes';
import { decodeCommandOrigin } from '../generated/command.js';
import { Caller } from './permissions.js';

/** On whose behalf a command stands in the log, and from where it came. */
export interface Origin {
  readonly caller: Caller;
  /** The same caller where everybody may do everything. */
  readonly privileged: Caller;
  readonly clientMachine: string;
}

interface Known {
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

/** A power of two; more origins at a time are decoded again and again. */
const SLOTS = 256;

/**
 * Origins of commands by their bytes. Few origins make most commands, so what was decoded is kept, by a hash of the
 * bytes, until another origin with the same hash comes.
 */
export class Origins {
  private readonly known: (Known | undefined)[] = new Array<Known | undefined>(SLOTS).fill(undefined);
  private last: Known | undefined;
  private readonly reader = new ByteReader(new Uint8Array(0));

  /** The origin in `buffer` from `start` to `end`. */
  read(buffer: Uint8Array, start: number, end: number): Origin {
    const { last } = this;
    if (last !== undefined && isSame(last.bytes, buffer, start, end)) return last.origin;
    const slot = hashOf(buffer, start, end) & (SLOTS - 1);
    const known = this.known[slot];
    if (known !== undefined && isSame(known.bytes, buffer, start, end)) {
      this.last = known;
      return known.origin;
    }
    const bytes = Uint8Array.from(buffer.subarray(start, end));
    this.reader.reset(bytes);
    const { user = '', groups, superuser = false, clientMachine = '' } = decodeCommandOrigin(this.reader, bytes.length);
    const caller = new Caller(user, groups, superuser);
    const privileged = superuser ? caller : new Caller(user, groups, true);
    const origin = { caller, privileged, clientMachine };
    this.last = { bytes, origin };
    this.known[slot] = this.last;
    return origin;
  }

  /** Forgets all: callers know the numbers of names, which mean something else now. */
  clear(): void {
    this.known.fill(undefined);
    this.last = undefined;
  }
}

/** PERF: origins differ in their first bytes, users, or in their last, machines; the rest is only compared. */
function hashOf(buffer: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end && at < start + 8; at++) hash = (hash << 3) ^ (hash >>> 29) ^ (buffer[at] as number);
  for (let at = Math.max(start, end - 8); at < end; at++) hash = (hash << 3) ^ (hash >>> 29) ^ (buffer[at] as number);
  return Math.imul(hash, 0x9e3779b1) >>> 24;
}

function isSame(bytes: Uint8Array, buffer: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (bytes.length !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== buffer[start + i]) return false;
  return true;
}
