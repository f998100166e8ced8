export type { CallContext, ClientService, ReplySink, RequestOf, ResponseOf } from './contract.js';
export { NO_STATE_ID } from './contract.js';
export type { Access, ClientMethod, MethodTraits, Retry } from './methods.js';
export { methodTable } from './methods.js';
