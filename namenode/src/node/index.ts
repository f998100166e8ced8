export { type NamenodeSeams, type RunningNamenode, startNamenode } from './node.js';
