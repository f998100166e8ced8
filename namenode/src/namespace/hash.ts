import type { StoreReader } from '@rfs/base/store';

/**
 * A number over all rows of a store, the same exactly when the rows are (up to chance, 1 in 2^52): replicas at equal
 * indexes must agree. For tests and the simulator; it reads everything.
 */
export function stateHash(store: StoreReader): number {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  const mix = (bytes: Uint8Array): void => {
    a = Math.imul(a ^ bytes.length, 0x01000193);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x85ebca6b);
      b ^= b >>> 13;
    }
  };
  store.range(Uint8Array.of(0), Uint8Array.of(0xff), (key, value) => {
    mix(key);
    mix(value);
    return true;
  });
  return (a >>> 0) * 0x100000 + ((b >>> 0) & 0xfffff);
}
