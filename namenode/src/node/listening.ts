import { RpcServer, type RpcServerOptions } from '@rfs/protocol/rpc';

/** Opens an RPC port; rejected when it cannot be opened. */
export function listen(options: RpcServerOptions): Promise<RpcServer> {
  return new Promise((resolve, reject) => {
    RpcServer.listen(options, (result) => (result instanceof Error ? reject(result) : resolve(result)));
  });
}
