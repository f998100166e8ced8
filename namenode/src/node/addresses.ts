import { type Address, type Config, ConfigError, namenodeOptions as options } from '@rfs/base/config';

/** Where the namenode listens, and the address that it tells others. */
export interface Listening {
  readonly bindHost: string;
  readonly port: number;
  readonly host: string;
}

const DEFAULT_RPC_PORT = 8020;

/** The RPC address: dfs.namenode.rpc-address, else that of fs.defaultFS (DFSUtilClient.getNNAddress). */
export function rpcAddress(config: Config): Listening {
  const address = config.get(options.namenodeRpcAddress) ?? addressOfDefaultFs(config);
  return { bindHost: config.get(options.rpcBindHost) ?? address.host, port: address.port, host: address.host };
}

export function httpAddress(config: Config): Listening {
  const address = config.get(options.namenodeHttpAddress);
  return { bindHost: config.get(options.httpBindHost) ?? address.host, port: address.port, host: address.host };
}

function addressOfDefaultFs(config: Config): Address {
  const text = config.get(options.defaultFs);
  const found = /^hdfs:\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text);
  if (found?.[1] !== undefined) return { host: found[1], port: Number(found[2] ?? DEFAULT_RPC_PORT) };
  throw new ConfigError([
    {
      key: `${options.namenodeRpcAddress.key}, ${options.defaultFs.key}`,
      value: text,
      source: config.sourceOf(options.defaultFs),
      expected: 'one of them must name the address that the namenode listens at, such as hdfs://localhost:8020',
    },
  ]);
}
