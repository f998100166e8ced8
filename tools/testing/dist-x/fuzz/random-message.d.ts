import type { ByteWriter } from '@rfs/base/bytes';
import type { Random } from '@rfs/base/seams';
/** Writes a message that nobody declared: its fields often have the numbers and kinds of real ones. */
export declare function writeRandomMessage(writer: ByteWriter, random: Random, depth?: number): void;
//# sourceMappingURL=random-message.d.ts.map