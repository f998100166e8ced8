export { isNameservice, namenodesOf } from './addresses.js';
export { type ClientResponse, NamenodeGroup, type NamenodeGroupOptions } from './group.js';
