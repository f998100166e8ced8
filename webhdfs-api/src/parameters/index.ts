export type { Parameter, Schema } from './parameter.js';
export { text } from './parameter.js';
export { BEFORE_OP, DEFAULT_USER_PATTERN, datanodeOnly, type Method, parameters, signatures } from './table.js';
