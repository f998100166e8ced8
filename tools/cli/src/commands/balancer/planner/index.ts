export { classify, type Policy } from './classify.js';
export { match } from './match.js';
export type { Block, Classes, Move, Node, Place, StorageGroup, Task } from './model.js';
export { type Giver, giversOf, Moves } from './moves.js';
