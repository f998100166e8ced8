export { hostAndPort, hostOf, isAddress, isLoopback, plainAddress } from './host.js';
export { LongBody, PIECE_BYTES } from './long-body.js';
export { invalid, type Query, QueryJudge } from './query.js';
export {
  BYTES_TYPE,
  failureOf,
  JSON_TYPE,
  jsonHeaders,
  STATE_ID_HEADER,
  sendDenial,
  sendFailure,
  sendText,
  stateIdOf,
} from './respond.js';
export { addRoutes } from './routes.js';
export { encodePath, isValidName, PREFIX, type Target, targetOf } from './target.js';
