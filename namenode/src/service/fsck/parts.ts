import type { ServiceConfig } from '../config.js';
import type { ServiceParts } from '../handlers.js';

/** What a check works with. */
export type FsckParts = Pick<ServiceParts, 'machine' | 'blocks' | 'slices' | 'clock' | 'poolId'> & {
  readonly config: Pick<ServiceConfig, 'corruptFilesLimit'>;
};
