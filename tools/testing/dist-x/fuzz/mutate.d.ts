import type { Random } from '@rfs/base/seams';
/** The bytes with one to three things wrong in them. */
export declare function mutate(random: Random, bytes: Buffer): Buffer;
/** Pieces one behind the other. */
export declare function join(pieces: readonly Uint8Array[]): Buffer;
//# sourceMappingURL=mutate.d.ts.map