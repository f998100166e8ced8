export { ForwardedCalls } from './forwarded-calls.js';
export { LeaderLink } from './leader-link.js';
export { forwardProtocol } from './protocol.js';
export {
  type Passage,
  type PassedOn,
  Router,
  type RouterParts,
  type RoutingCounts,
  type RoutingLimits,
} from './router.js';
