import { Blake3Hasher } from '@napi-rs/blake-hash';

/** Bytes of a digest. */
export const BLAKE3_BYTES = 32;

/** A BLAKE3 digest taken piece by piece. */
export class Blake3 {
  private readonly hasher = new Blake3Hasher();

  /** Takes in more bytes; they may change afterwards. */
  update(bytes: Uint8Array): this {
    this.hasher.update(bytes);
    return this;
  }

  /** The digest of everything so far, in memory of its own; more may follow. */
  digest(): Uint8Array {
    return new Uint8Array(this.hasher.digestBuffer());
  }
}

/** The BLAKE3 digest of `bytes`. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return new Blake3().update(bytes).digest();
}
