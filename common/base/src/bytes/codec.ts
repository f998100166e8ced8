import type { ByteReader } from './reader.js';
import type { ByteWriter } from './writer.js';

/** How one kind of message is written and read. `decode` reads exactly to `end` or throws MalformedBytes. */
export interface Codec<T> {
  readonly name: string;
  encode(writer: ByteWriter, message: T): void;
  decode(reader: ByteReader, end: number): T;
}
