export { hostAndPort, hostOf, isAddress, isLoopback, plainAddress } from './host.js';
export { invalid, type Query, QueryJudge } from './query.js';
export { addRoutes } from './routes.js';
export { BYTES_TYPE, failureOf, JSON_TYPE, jsonHeaders, sendFailure, sendText, STATE_ID_HEADER } from './respond.js';
export { encodePath, isValidName, PREFIX, type Target, targetOf } from './target.js';
