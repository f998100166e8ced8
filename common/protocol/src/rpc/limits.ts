import { type Config, clientOptions as options } from '@rfs/base/config';

/** What a server puts up with. At a limit on input it stops reading; beyond `maxConnections` it closes new ones. */
export interface RpcLimits {
  /** Longest request in bytes; a longer one closes its connection (ipc.maximum.data.length). */
  readonly maxFrameBytes: number;
  /** Connections that may wait to be accepted (ipc.server.listen.queue.size). */
  readonly listenBacklog: number;
  /** Answers are sent at once, without Nagle's algorithm (ipc.server.tcpnodelay). */
  readonly noDelay: boolean;
  /** Open connections. */
  readonly maxConnections: number;
  /** Calls of one connection that wait for their answers. */
  readonly maxCallsPerConnection: number;
  /** Calls of one connection handled in one turn of the event loop, so that others get theirs. */
  readonly maxCallsPerTurn: number;
  /** Bytes of answers that a client has not read yet. */
  readonly maxPendingBytes: number;
  /** With more connections than this, idle ones are closed (ipc.client.idlethreshold). */
  readonly idleThreshold: number;
  /** A connection without calls that long is idle (twice ipc.client.connection.maxidletime). */
  readonly idleMs: number;
  /** A client that reads nothing of its answers that long is cut off. */
  readonly stalledMs: number;
}

export const DEFAULT_RPC_LIMITS: RpcLimits = {
  maxFrameBytes: 64 * 1024 * 1024,
  listenBacklog: 256,
  noDelay: true,
  maxConnections: 20_000,
  maxCallsPerConnection: 4096,
  maxCallsPerTurn: 2048,
  maxPendingBytes: 8 * 1024 * 1024,
  idleThreshold: 4000,
  idleMs: 20_000,
  stalledMs: 120_000,
};

/** The limits of a daemon's RPC port in its configuration. */
export function rpcLimitsFrom(config: Config): Partial<RpcLimits> {
  const maxConnections = config.get(options.rpcMaximumConnections);
  return {
    maxFrameBytes: config.get(options.rpcMaximumRequestBytes),
    maxCallsPerConnection: config.get(options.rpcCallsPerConnection),
    listenBacklog: config.get(options.rpcListenBacklog),
    noDelay: config.get(options.rpcNoDelay),
    idleMs: 2 * config.get(options.rpcMaximumIdleMs),
    ...(maxConnections === 0 ? {} : { maxConnections }),
  };
}
