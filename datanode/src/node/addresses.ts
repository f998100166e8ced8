import { type Address, type Config, ConfigError, datanodeOptions as options } from '@rfs/base/config';
import { namenodesOf } from '@rfs/client/namenodes';

/**
 * The RPC addresses of all namenodes of the datanode's nameservice: those of dfs.ha.namenodes.*, else of
 * dfs.namenode.rpc-address, else of fs.defaultFS (DFSUtil.getNNServiceRpcAddressesForCluster).
 */
export function namenodeAddresses(config: Config): readonly Address[] {
  const nameservice = nameserviceOf(config);
  if (nameservice !== undefined) return namenodesOf(nameservice, config);
  const address = config.get(options.namenodeRpcAddress);
  if (address !== undefined) return [address];
  const text = config.get(options.defaultFs);
  const authority = /^hdfs:\/\/([^/]+)\/?$/.exec(text)?.[1];
  if (authority !== undefined) return namenodesOf(authority, config);
  throw new ConfigError([
    {
      key: `${options.namenodeRpcAddress.key}, ${options.defaultFs.key}`,
      value: text,
      source: config.sourceOf(options.defaultFs),
      expected: 'one of them must name the namenode, such as hdfs://localhost:8020',
    },
  ]);
}

function nameserviceOf(config: Config): string | undefined {
  const own = config.get(options.nameserviceId);
  if (own !== undefined) return own;
  const all = config.get(options.nameservices) ?? [];
  if (all.length <= 1) return all[0];
  throw new ConfigError([
    {
      key: options.nameserviceId.key,
      value: '',
      source: config.sourceOf(options.nameserviceId),
      expected: `this datanode serves one of the nameservices ${all.join(', ')}, which must be named`,
    },
  ]);
}

/** The address from which to call a namenode; undefined leaves that to the system. */
export function callingAddress(dataHost: string, namenodeHost: string): string | undefined {
  // A namenode takes a datanode's address from its connection, and several may share the loopback interface.
  return isLoopback(dataHost) && isLoopback(namenodeHost) ? dataHost : undefined;
}

function isLoopback(host: string): boolean {
  return /^127(\.\d+){3}$/.test(host);
}
