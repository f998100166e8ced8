import { type Address, type Config, clientOptions } from '@rfs/base/config';

const DEFAULT_RPC_PORT = 8020;

/**
 * The namenodes behind the authority of an hdfs:// URI: a nameservice of the configuration (dfs.nameservices,
 * dfs.ha.namenodes.<ns>, dfs.namenode.rpc-address.<ns>.<nn>) or host:port.
 */
export function namenodesOf(authority: string, config: Config): Address[] {
  if (isNameservice(authority, config)) {
    const ids = config.suffixed(clientOptions.namenodeIds, authority);
    const found = (ids ?? [])
      .map((id) => config.suffixed(clientOptions.namenodeRpcAddress, authority, id))
      .filter((address) => address !== undefined);
    const lone = found.length > 0 ? undefined : config.suffixed(clientOptions.namenodeRpcAddress, authority);
    if (lone !== undefined) return [lone];
    if (found.length > 0) return found;
  }
  const match = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(authority);
  const port = match?.[2] === undefined ? DEFAULT_RPC_PORT : Number(match[2]);
  return [{ host: match?.[1] ?? authority, port }];
}

/** True when the authority is a name of dfs.nameservices and no host. */
export function isNameservice(authority: string, config: Config): boolean {
  return config.get(clientOptions.nameservices)?.includes(authority) ?? false;
}
