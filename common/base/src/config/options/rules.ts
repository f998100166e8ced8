import type { ConfigRule } from '../config.js';
import { commonOptions } from './common.js';

/** FSDirectory and DFSOutputStream refuse anything else. */
export const wholeChunksPerBlock: ConfigRule = {
  options: [commonOptions.blockSizeBytes, commonOptions.bytesPerChecksum],
  check: (config) =>
    config.get(commonOptions.blockSizeBytes) % config.get(commonOptions.bytesPerChecksum) === 0
      ? undefined
      : 'the block size must be a multiple of the bytes per checksum',
};

/** A folder named twice would be locked by its own process, or hold two replicas of a block as one. */
export function distinctFolders(folders: readonly { readonly path: string }[]): string | undefined {
  const seen = new Set<string>();
  for (const { path } of folders) {
    if (seen.has(path)) return `each folder may be named once, ${path} stands there twice`;
    seen.add(path);
  }
  return folders.length === 0 ? 'at least one folder is needed' : undefined;
}
