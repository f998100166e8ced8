import type { Handlers } from '../handlers.js';
import { blockWrites } from './blocks.js';
import { reopening } from './reopening.js';

export { markBad } from './blocks.js';
export { type LoggedBlock, loggedBlock } from './facts.js';

/** Calls by which files get their bytes. */
export const fileWrites: Handlers = { ...blockWrites, ...reopening };
