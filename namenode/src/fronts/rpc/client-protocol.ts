import { type Handlers, type MessageOf, type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';
import type { ClientMethod, ClientService, RequestOf, ResponseOf } from '@rfs/protocol/service';

type ClientMethods = typeof protocols.client.methods;

/**
 * ClientProtocol's door: every call of `methods` goes to the one service contract, the rest is answered with
 * RpcNoSuchMethodException.
 */
export function addClientProtocol(
  table: ProtocolTable,
  service: ClientService,
  methods: readonly ClientMethod[],
): void {
  const handlers: Record<string, (call: RpcCall<unknown>, request: unknown) => void> = {};
  for (const method of methods) handlers[method] = handlerOf(service, method);
  table.add(protocols.client, handlers as Handlers<ClientMethods>);
}

function handlerOf<M extends ClientMethod>(
  service: ClientService,
  method: M,
): (call: RpcCall<unknown>, request: unknown) => void {
  return (call, request) => {
    service.call(
      method,
      request as RequestOf<M>,
      call,
      call as RpcCall<MessageOf<ClientMethods[M]['response']>> & RpcCall<ResponseOf<M>>,
    );
  };
}
