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

/**
 * The namenodes behind an authority that somebody else chose, such as the namenode that redirected a request: host:port
 * of a member of a nameservice of the configuration stands for that one first and then for the others, so that it may
 * die meanwhile.
 */
export function namenodesFrom(authority: string, config: Config): Address[] {
  const [named, ...more] = namenodesOf(authority, config);
  if (named === undefined || more.length > 0) return namenodesOf(authority, config);
  const isNamed = ({ host, port }: Address): boolean => host === named.host && port === named.port;
  const groups = (config.get(clientOptions.nameservices) ?? []).map((nameservice) => namenodesOf(nameservice, config));
  const group = groups.find((members) => members.some(isNamed)) ?? [];
  return [named, ...group.filter((member) => !isNamed(member))];
}

/** True when the authority is a name of dfs.nameservices and no host. */
export function isNameservice(authority: string, config: Config): boolean {
  return config.get(clientOptions.nameservices)?.includes(authority) ?? false;
}
