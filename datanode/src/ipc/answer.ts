import { type Failure, FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { RpcCall } from '@rfs/protocol/rpc';
import type { ReplicaStore } from '../store/index.js';
import type { IpcNode } from './ipc-node.js';

/** Answers a call with what the work comes to. */
export async function answer<Response>(call: RpcCall<Response>, work: () => Promise<Response>): Promise<void> {
  let response: Response;
  try {
    response = await work();
  } catch (error) {
    call.fail(refusalOf(error as Error));
    return;
  }
  call.reply(response);
}

function refusalOf(error: Error): Failure {
  return error instanceof FailureError ? error.failure : failure('IOException', error.message);
}

/** The replicas; throws what makes a client come again while they are not known yet (DataNode.checkReadAccess). */
export function readyStore(node: IpcNode): ReplicaStore {
  const store = node.store();
  if (store !== null) return store;
  throw new FailureError(failure('RetriableException', 'Datanode not registered. Try again later.'));
}
