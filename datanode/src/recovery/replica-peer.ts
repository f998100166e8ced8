import { Failure, FailureError } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Clock, Random } from '@rfs/base/seams';
import { type DatanodeIDProto, type RecoveringBlockProto, ReplicaStateProto } from '@rfs/protocol/messages';
import { ClientIdentity, callAsync, type MessageOf, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
import {
  type Block,
  initReplicaRecovery,
  type RecoveryInfo,
  type ReplicaStore,
  updateReplicaUnderRecovery,
} from '../store/index.js';
import { blockFromProto, blockToProto } from '../transfer/index.js';

/** A datanode that takes part in a recovery, this one or another. */
export interface ReplicaPeer {
  /** Null when it has no replica of the block. */
  init(order: RecoveringBlockProto): Promise<RecoveryInfo | null>;
  /** The storage that the recovered replica is on. */
  update(oldBlock: Block, recoveryId: GenerationStamp, newBlockId: BlockId, newBytes: number): Promise<string>;
  close(): void;
}

/** This datanode. */
export class LocalPeer implements ReplicaPeer {
  private readonly store: ReplicaStore;

  constructor(store: ReplicaStore) {
    this.store = store;
  }

  init(order: RecoveringBlockProto): Promise<RecoveryInfo | null> {
    return initReplicaRecovery(this.store, blockFromProto(order.block.b), order.newGenStamp);
  }

  async update(oldBlock: Block, recoveryId: GenerationStamp, newBlockId: BlockId, newBytes: number): Promise<string> {
    const volume = await updateReplicaUnderRecovery(this.store, oldBlock, recoveryId, newBlockId, newBytes);
    return volume.storageId;
  }

  close(): void {}
}

const ORIGINAL_STATES: Readonly<Partial<Record<ReplicaStateProto, RecoveryInfo['originalState']>>> = {
  [ReplicaStateProto.FINALIZED]: 'FINALIZED',
  [ReplicaStateProto.RBW]: 'RBW',
  [ReplicaStateProto.RWR]: 'RWR',
  [ReplicaStateProto.TEMPORARY]: 'TEMPORARY',
};

export interface RemoteOptions {
  readonly user: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeoutMs: number;
  readonly useHostname: boolean;
}

type Methods = typeof protocols.interDatanode.methods;

/** Another datanode, over InterDatanodeProtocol. */
export class RemotePeer implements ReplicaPeer {
  private readonly client: ReconnectingRpcClient;

  constructor(id: DatanodeIDProto, options: RemoteOptions) {
    const { user, clock, random, timeoutMs } = options;
    this.client = new ReconnectingRpcClient({
      host: options.useHostname ? id.hostName : id.ipAddr,
      port: id.ipcPort,
      user,
      protocol: protocols.interDatanode,
      identity: new ClientIdentity(random),
      clock,
      connectTimeoutMs: timeoutMs,
      callTimeoutMs: timeoutMs,
    });
  }

  async init(order: RecoveringBlockProto): Promise<RecoveryInfo | null> {
    const { replicaFound, state, block } = await this.call('initReplicaRecovery', { block: order });
    if (!replicaFound || block === undefined) return null;
    const originalState = state === undefined ? undefined : ORIGINAL_STATES[state];
    if (originalState === undefined) throw new Error(`a replica in state ${state} cannot be recovered`);
    return {
      blockId: block.blockId as BlockId,
      generationStamp: block.genStamp as GenerationStamp,
      lengthBytes: block.numBytes ?? 0,
      originalState,
    };
  }

  async update(oldBlock: Block, recoveryId: GenerationStamp, newBlockId: BlockId, newBytes: number): Promise<string> {
    const request = { block: blockToProto(oldBlock), recoveryId, newLength: newBytes, newBlockId };
    return (await this.call('updateReplicaUnderRecovery', request)).storageUuid ?? '';
  }

  close(): void {
    this.client.close();
  }

  private async call<Name extends keyof Methods & string>(
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
  ): Promise<MessageOf<Methods[Name]['response']>> {
    const answer = await callAsync(this.client, protocols.interDatanode, name, request);
    if (answer instanceof Failure) throw new FailureError(answer);
    return answer as MessageOf<Methods[Name]['response']>;
  }
}
