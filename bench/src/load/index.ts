export { LoadConnection, type ReplyCheck } from './connection.js';
export type { Call } from './encode.js';
export { Load, type Measure, summarize, type Work } from './load.js';
