import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import {
  type BlockProto,
  ReceivedDeletedBlockInfoProto_BlockStatus as BlockStatus,
  DatanodeCommandProto_Type as CommandType,
  type DatanodeCommandProto,
  type DatanodeRegistrationProto,
  NNHAStatusHeartbeatProto_State as HaState,
  type LocatedBlockProto,
  type NamespaceInfoProto,
  type NNHAStatusHeartbeatProto,
  type ReceivedDeletedBlockInfoProto,
} from '@rfs/protocol/messages';
import type { RpcCaller } from '@rfs/protocol/rpc';
import type { Block, NamespaceIdentity, ReplicaEvents, ReplicaStore, Volume } from '../store/index.js';
import { blockToProto } from '../transfer/index.js';
import { ActiveChoice } from './active-choice.js';
import type { ReplicaTest } from './full-report.js';
import { type DatanodeAddress, datanodeId, registrationOf } from './identity.js';
import type { NamenodeActor } from './namenode-actor.js';

/** Volumes' free space is asked for at most this often. */
const SPACE_FRESH_MS = 1000;

export interface PoolServiceOptions {
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Known once the ports are open. */
  readonly address: () => DatanodeAddress;
  /** Opens the replicas of the namespace: called once, with the first namenode's answer. */
  readonly open: (namespace: NamespaceIdentity) => Promise<ReplicaStore>;
  /** Carries out a command of the active namenode. */
  readonly execute: (command: DatanodeCommandProto) => void;
  /** True for a replica that a namenode has ordered to be deleted. */
  readonly isGoing: ReplicaTest;
  /** Has a replica checked before all others. */
  readonly verify: (blockId: BlockId) => void;
  /** The datanode cannot serve this namespace. */
  readonly fatal: (error: Error) => void;
}

/**
 * The namespace that a datanode serves, whichever of its namenodes leads (BPOfferService): all of them hear of every
 * replica, the active one is obeyed.
 */
export class PoolService implements Omit<ReplicaEvents, 'volumeFailed'> {
  private readonly options: PoolServiceOptions;
  private readonly actors: NamenodeActor[] = [];
  private namespace: NamespaceIdentity | null = null;
  private opening: Promise<ReplicaStore> | null = null;
  private opened: ReplicaStore | null = null;
  private readonly choice = new ActiveChoice<NamenodeActor>();
  private spaceMs = Number.NEGATIVE_INFINITY;
  private leaving = false;

  constructor(options: PoolServiceOptions) {
    this.options = options;
  }

  add(actor: NamenodeActor): void {
    this.actors.push(actor);
  }

  /** Null until a namenode has said which namespace it is. */
  get store(): ReplicaStore | null {
    return this.opened;
  }

  get isGoing(): ReplicaTest {
    return this.options.isGoing;
  }

  get poolId(): string {
    return this.namespace?.blockPoolId ?? '';
  }

  get namenodes(): readonly NamenodeActor[] {
    return this.actors;
  }

  /**
   * This datanode is about to stop: all namenodes hear at once that it has no room left, so that they hand out no more
   * pipelines through it, whichever kind of namenode they are.
   */
  leave(): void {
    this.leaving = true;
    for (const actor of this.actors) actor.beatSoon();
  }

  get isLeaving(): boolean {
    return this.leaving;
  }

  /** Every namenode that can be reached knows that this datanode leaves, and all that happened to its replicas. */
  get hasLeft(): boolean {
    return this.actors.every((actor) => actor.knowsOfLeaving);
  }

  /** Through which the active namenode is asked; undefined while there is none. */
  get activeCaller(): RpcCaller | undefined {
    return this.choice.active?.caller;
  }

  /** This datanode as it registers. */
  registration(): DatanodeRegistrationProto | null {
    return this.namespace === null ? null : registrationOf(this.options.address(), this.namespace);
  }

  /**
   * A namenode has said which namespace it is: the replicas are opened, or, if they are, the answers compared.
   * @returns what to register as. Throws for another namespace
   */
  async accept(actor: NamenodeActor, info: NamespaceInfoProto): Promise<DatanodeRegistrationProto> {
    const namespace = {
      namespaceId: info.storageInfo.namespceID | 0,
      clusterId: info.storageInfo.clusterID,
      cTime: info.storageInfo.cTime,
      blockPoolId: info.blockPoolID,
    };
    const known = this.namespace;
    if (known === null) {
      this.namespace = namespace;
      this.opening = this.options.open(namespace);
    } else if (JSON.stringify(known) !== JSON.stringify(namespace)) {
      throw new Error(
        `${actor.name} serves ${JSON.stringify(namespace)}, but this datanode serves ${JSON.stringify(known)}`,
      );
    }
    try {
      this.opened = await this.opening;
    } catch (error) {
      this.options.fatal(error as Error);
      throw error;
    }
    if (info.state === HaState.ACTIVE) this.choice.presume(actor);
    return registrationOf(this.options.address(), namespace);
  }

  /** What a heartbeat's answer says of the namenode's role. */
  noteClaim(actor: NamenodeActor, { state, txid }: NNHAStatusHeartbeatProto): void {
    const { choice, options } = this;
    const believed = choice.believedTxid;
    const verdict = choice.hear(actor, state === HaState.ACTIVE, txid);
    const facts = { namenode: actor.name, txid, believed };
    if (verdict === 'older') options.log.warn('a claim to be active is older than the one believed', facts);
    else if (verdict === 'taken') {
      options.log.info('another namenode is active', facts);
      actor.reportToLeader();
    }
  }

  /** A command of any namenode: only registering again is obeyed whoever asks (processCommandFromActor). */
  obey(actor: NamenodeActor, command: DatanodeCommandProto): void {
    if (command.cmdType === CommandType.RegisterCommand) actor.registerAgain();
    else if (actor === this.choice.active) this.options.execute(command);
    else if (command.cmdType !== CommandType.NullDatanodeCommand) {
      this.options.log.debug('a command of a namenode that is not active was ignored', {
        namenode: actor.name,
        command: command.cmdType,
      });
    }
  }

  /** The volumes, with what is free on them not long ago. */
  async refreshedVolumes(): Promise<readonly Volume[]> {
    const volumes = this.opened?.volumes ?? [];
    const nowMs = this.options.nowMs();
    if (nowMs - this.spaceMs < SPACE_FRESH_MS) return volumes;
    this.spaceMs = nowMs;
    for (const volume of volumes) {
      if (volume.failure !== null) continue;
      try {
        await volume.refreshSpace();
      } catch (error) {
        this.opened?.diskError(volume, error as Error);
      }
    }
    return volumes;
  }

  receiving(replica: { blockId: number; generationStamp: number; receivedBytes: number; volume: Volume }): void {
    const { blockId, generationStamp, receivedBytes, volume } = replica;
    this.tell(volume, {
      block: { blockId, genStamp: generationStamp, numBytes: receivedBytes },
      status: BlockStatus.RECEIVING,
    });
  }

  received(block: Block, volume: Volume, digest: Uint8Array | null, deleteHint: string): void {
    this.tell(volume, receivedInfo(block, digest, deleteHint));
  }

  digestTaken(block: Block, volume: Volume, digest: Uint8Array): void {
    const info = receivedInfo(block, digest, '');
    for (const actor of this.actors) actor.noteDigest(volume, info);
  }

  /** A replica that a namenode had doubts about has been read, and is good. */
  verified(block: Block, volume: Volume, digest: Uint8Array): void {
    const info = { ...receivedInfo(block, digest, ''), rfsVerified: true };
    for (const actor of this.actors) actor.noteDigest(volume, info);
  }

  /** Checks that a namenode wants: the active one's only. */
  verify(actor: NamenodeActor, blocks: readonly BlockProto[]): void {
    if (actor !== this.choice.active) return;
    for (const { blockId } of blocks) this.options.verify(blockId as BlockId);
  }

  deleted(blockId: number, generationStamp: number, volume: Volume): void {
    this.tell(volume, { block: { blockId, genStamp: generationStamp, numBytes: 0 }, status: BlockStatus.DELETED });
  }

  /** A replica is damaged: every namenode is told, the active one acts. */
  reportBad(block: Block, volume: Volume): void {
    const { storageId } = volume;
    const bad: LocatedBlockProto = {
      b: blockToProto(block),
      offset: 0,
      locs: [{ id: datanodeId(this.options.address()), location: '/default-rack' }],
      corrupt: false,
      blockToken: { identifier: Buffer.alloc(0), password: Buffer.alloc(0), kind: '', service: '' },
      isCached: [],
      storageTypes: [],
      storageIDs: [storageId],
      blockTokens: [],
    };
    for (const actor of this.actors) actor.noteBadBlock(bad);
  }

  private tell(volume: Volume, info: ReceivedDeletedBlockInfoProto): void {
    for (const actor of this.actors) actor.noteReplica(volume, info);
  }
}

function receivedInfo(block: Block, digest: Uint8Array | null, deleteHint: string): ReceivedDeletedBlockInfoProto {
  const { blockId, generationStamp, lengthBytes } = block;
  return {
    block: { blockId, genStamp: generationStamp, numBytes: lengthBytes },
    status: BlockStatus.RECEIVED,
    ...(deleteHint === '' ? {} : { deleteHint }),
    ...(digest === null ? {} : { rfsDigest: digest }),
  };
}
