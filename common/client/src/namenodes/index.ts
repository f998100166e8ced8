export { isNameservice, namenodesFrom, namenodesOf } from './addresses.js';
export { type NamenodeCalls, NamenodeGroup } from './group.js';
