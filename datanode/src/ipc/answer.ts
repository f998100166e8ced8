import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { RpcCall } from '@rfs/protocol/rpc';
import type { ReplicaStore } from '../store/index.js';
import type { IpcNode } from './node.js';

/** Answers a call with what the work comes to. */
export function answer<Response>(call: RpcCall<Response>, work: () => Promise<Response>): void {
  work().then(
    (response) => call.reply(response),
    (error: Error) => call.fail(error instanceof FailureError ? error.failure : failure('IOException', error.message)),
  );
}

/** The replicas; throws what makes a client come again while they are not known yet (DataNode.checkReadAccess). */
export function readyStore(node: IpcNode): ReplicaStore {
  const store = node.store();
  if (store === null) {
    throw new FailureError(failure('RetriableException', 'Datanode not registered. Try again later.'));
  }
  return store;
}
