export { RpcCall } from './call.js';
export {
  type CallDone,
  type CallOptions,
  type RpcCaller,
  RpcClient,
  type RpcClientOptions,
  type SignOfLife,
} from './client.js';
export { ClientIdentity } from './identity.js';
export { type RpcLimits, rpcLimitsFrom } from './limits.js';
export { type MessageOf, type MethodSet, type Protocol, protocols } from './protocol.js';
export { type Backoff, callAsync, ReconnectingRpcClient } from './reconnecting.js';
export { RpcServer, type RpcServerOptions, type RpcServerStats } from './server.js';
export { type Handlers, type MethodEntry, ProtocolTable } from './table.js';
