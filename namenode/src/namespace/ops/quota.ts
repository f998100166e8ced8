import { failure } from '@rfs/protocol/exceptions';
import type { Refusal } from '../context.js';
import { type Directory, pathOf } from '../inode.js';

/**
 * Room in every quota from `from` up to the root, or up to `common` (not included), whose sums a move leaves alone
 * (FSDirectory.verifyQuota). The namespace quota counts the directory itself.
 */
export function checkQuota(
  from: Directory,
  inodes: number,
  spaceBytes: number,
  common: Directory | null = null,
): Refusal | undefined {
  for (let at: Directory | null = from; at !== null && at !== common; at = at.parent) {
    if (inodes > 0 && at.namespaceQuota >= 0) {
      const used = at.fileCount + at.directoryCount + 1 + inodes;
      if (used > at.namespaceQuota) {
        return failure(
          'NSQuotaExceededException',
          `The NameSpace quota (directories and files) of directory ${pathOf(at)} is exceeded: ` +
            `quota=${at.namespaceQuota} file count=${used}`,
        );
      }
    }
    if (spaceBytes > 0 && at.spaceQuota >= 0) {
      const used = at.spaceBytes + spaceBytes;
      if (used > at.spaceQuota) {
        return failure(
          'DSQuotaExceededException',
          `The DiskSpace quota of ${pathOf(at)} is exceeded: quota = ${at.spaceQuota} B = ${withUnit(at.spaceQuota)} ` +
            `but diskspace consumed = ${used} B = ${withUnit(used)}`,
        );
      }
    }
  }
  return undefined;
}

const UNITS: readonly (readonly [number, string])[] = [
  [2 ** 60, 'E'],
  [2 ** 50, 'P'],
  [2 ** 40, 'T'],
  [2 ** 30, 'G'],
  [2 ** 20, 'M'],
  [2 ** 10, 'K'],
];

/** StringUtils.TraditionalBinaryPrefix.long2String with unit "B" and two places. */
function withUnit(bytes: number): string {
  for (const [size, symbol] of UNITS) {
    if (bytes < size) continue;
    const places = bytes % size === 0 ? String(bytes / size) : (bytes / size).toFixed(2);
    return `${places} ${symbol}B`;
  }
  return `${bytes} B`;
}
