export { type ClientConfig, clientConfig } from './client-config.js';
export { type GenericOptions, takeGeneric } from './generic.js';
