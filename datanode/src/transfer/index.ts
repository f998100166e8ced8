export { Connection, type TransferContext } from './connection.js';
export { nodeNetwork } from './node-sockets.js';
export { blockFromProto, blockToProto, storageTypeToProto } from './peers.js';
export { copyReplica } from './replica-copier.js';
export { SegmentPool } from './segments.js';
export { TransferServer } from './server.js';
export type { TransferCounters, TransferService, TransferSettings } from './service.js';
export type { TransferNetwork } from './sockets.js';
export { Throttle } from './throttle.js';
