export { type DatanodeInside, type DatanodeSeams, type RunningDatanode, startDatanode } from './node.js';
