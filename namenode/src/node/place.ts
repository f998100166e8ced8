import { type Address, type Config, namenodeOptions as options } from '@rfs/base/config';
import type { ElectionClock } from '../peers/index.js';
import type { Member } from '../replication/index.js';
import { httpAddress, rpcAddress } from './addresses.js';

/** What the configuration says of this node's place in a group. */
export interface Place {
  /** The node as others reach it, ports as configured. */
  readonly node: Omit<Member, 'id'>;
  /** host:port of the other members; none for a namenode that is alone. */
  readonly contacts: readonly string[];
}

/**
 * Entry bytes kept in memory for members that are a little behind; others get them from the journal. PERF: what is kept
 * outlives the young generation, and costs the collector more than all the rest of a change.
 */
const CACHE_BYTES = 2 << 20;
/** Ticks of the election clock between two heartbeats: the finer, the seldomer do two stand at the same time. */
const TICKS_PER_HEARTBEAT = 4;

/** The members are those of rfs.raft.peers, else the namenodes of this one's nameservice. */
export function placeOf(config: Config): Place {
  const rpc = rpcAddress(config);
  const own = textOf(rpc);
  const members = config.get(options.peers) ?? namenodesOfService(config);
  return {
    node: nodeOf(config, rpc.port, httpAddress(config).port),
    contacts: members.map(textOf).filter((address) => address !== own),
  };
}

/** This node with the ports that its doors really have. */
export function nodeOf(config: Config, rpcPort: number, httpPort: number): Omit<Member, 'id'> {
  const { host } = rpcAddress(config);
  const http = httpAddress(config);
  const rpc = textOf({ host, port: rpcPort });
  return {
    name: config.get(options.namenodeId) ?? rpc,
    role: config.get(options.role),
    rpc,
    // Every interface is no address that another machine could ask.
    http: textOf({ host: http.host === '0.0.0.0' ? host : http.host, port: httpPort }),
  };
}

export function electionClock(config: Config, place: Place): ElectionClock {
  const tickMs = Math.max(1, Math.round(config.get(options.peerHeartbeatMs) / TICKS_PER_HEARTBEAT));
  return {
    tickMs,
    heartbeatTicks: TICKS_PER_HEARTBEAT,
    electionTicks: Math.ceil(config.get(options.electionTimeoutMs) / tickMs),
    cacheBytes: place.contacts.length === 0 ? 0 : CACHE_BYTES,
  };
}

/** The nameservice of this namenode if it has several namenodes. */
function nameserviceOf(config: Config): string | undefined {
  const nameservice = config.get(options.nameserviceId) ?? config.get(options.nameservices)?.[0];
  if (nameservice === undefined) return undefined;
  return (config.suffixed(options.namenodeIds, nameservice) ?? []).length < 2 ? undefined : nameservice;
}

function namenodesOfService(config: Config): readonly Address[] {
  const nameservice = nameserviceOf(config);
  if (nameservice === undefined) return [];
  return (config.suffixed(options.namenodeIds, nameservice) ?? [])
    .map((id) => config.suffixed(options.namenodeRpcAddress, nameservice, id))
    .filter((address) => address !== undefined);
}

function textOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
