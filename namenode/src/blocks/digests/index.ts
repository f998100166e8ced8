export type { DigestDispute } from './digests.js';
export { takeDigests } from './intake.js';
