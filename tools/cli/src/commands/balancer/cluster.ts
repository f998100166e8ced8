import type { Address } from '@rfs/base/config';
import { FailureError, isFailure } from '@rfs/base/failure';
import type { Clock, Random } from '@rfs/base/seams';
import { DfsClient } from '@rfs/client/dfs';
import { NamenodeGroup, namenodesOf } from '@rfs/client/namenodes';
import { clientSettings } from '@rfs/client/settings';
import { rowOf } from '@rfs/protocol/exceptions';
import type { BlocksWithLocationsProto, DatanodeStorageReportProto, StorageTypeProto } from '@rfs/protocol/messages';
import { DatanodeReportTypeProto, RollingUpgradeActionProto } from '@rfs/protocol/messages';
import { ClientIdentity, callAsync, type MessageOf, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
import type { ClientConfig } from '../../hadoop/index.js';
import type { Node } from './planner/index.js';

type Methods = typeof protocols.namenode.methods;

/** The file system that is balanced, as the balancer calls it (NameNodeConnector). */
export class BalancedCluster {
  readonly files: DfsClient;
  private readonly namenodes: NamenodeGroup;
  private readonly servers: readonly ReconnectingRpcClient[];
  private current = 0;

  constructor(authority: string, { config, user }: ClientConfig, clock: Clock, random: Random) {
    const settings = clientSettings(config);
    const addresses: readonly Address[] = namenodesOf(authority, config);
    const { connectTimeoutMs, callTimeoutMs, pingMs, maxResponseBytes: maxFrameBytes } = settings;
    const timing = { connectTimeoutMs, callTimeoutMs, pingMs, maxFrameBytes };
    const identity = new ClientIdentity(random);
    this.files = new DfsClient({ authority, config, user, clock, random: random.fork('files') });
    this.namenodes = new NamenodeGroup({ addresses, name: authority, user, settings, clock, random });
    this.servers = addresses.map(
      ({ host, port }) =>
        new ReconnectingRpcClient({ host, port, user, protocol: protocols.namenode, identity, clock, ...timing }),
    );
  }

  async blockPoolId(): Promise<string> {
    const { info } = await this.ask('versionRequest', {});
    return info.blockPoolID;
  }

  /** Storages of every live datanode. */
  async reports(): Promise<DatanodeStorageReportProto[]> {
    const { LIVE } = DatanodeReportTypeProto;
    return (await this.namenodes.call('getDatanodeStorageReport', { type: LIVE })).datanodeStorageReports;
  }

  /** An upgrade is not finalized: what is moved is not deleted at its source. */
  async isUpgrading(): Promise<boolean> {
    const { isUpgradeFinalized } = await this.ask('isUpgradeFinalized', {});
    if (!isUpgradeFinalized) return true;
    const { rollingUpgradeInfo } = await this.namenodes.call('rollingUpgrade', {
      action: RollingUpgradeActionProto.QUERY,
    });
    return rollingUpgradeInfo !== undefined && rollingUpgradeInfo.finalizeTime === 0;
  }

  /** Up to about `sizeBytes` of blocks with a replica on a datanode's storages of a type. */
  async blocksOf(
    node: Node,
    storageType: StorageTypeProto,
    sizeBytes: number,
    minBlockBytes: number,
    hotBlockMs: number,
  ): Promise<BlocksWithLocationsProto['blocks']> {
    const request = { size: sizeBytes, minBlockSize: minBlockBytes, timeInterval: hotBlockMs, storageType };
    return (await this.ask('getBlocks', { datanode: node.info.id, ...request })).blocks.blocks;
  }

  close(): void {
    for (const each of [...this.servers, this.namenodes, this.files]) each.close();
  }

  /** Asks the namenode that answered last, or the others when it is in standby or gone. Throws FailureError. */
  private async ask<Name extends keyof Methods & string>(
    method: Name,
    request: MessageOf<Methods[Name]['request']>,
  ): Promise<MessageOf<Methods[Name]['response']>> {
    for (let tries = 1; ; tries++) {
      const server = this.servers[this.current] as ReconnectingRpcClient;
      const result = await callAsync(server, protocols.namenode, method, request);
      if (!isFailure(result)) return result;
      const { retry } = rowOf(result.code);
      if ((retry !== 'failover' && retry !== 'active') || tries >= this.servers.length) throw new FailureError(result);
      this.current = (this.current + 1) % this.servers.length;
    }
  }
}
