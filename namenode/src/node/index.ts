export { type NamenodeInside, type NamenodeSeams, type RunningNamenode, startNamenode } from './node.js';
