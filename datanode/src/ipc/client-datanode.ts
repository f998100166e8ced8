import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DatanodeVolumeInfoProto, ExtendedBlockProto } from '@rfs/protocol/messages';
import { type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';
import { SOFTWARE_VERSION } from '../reports/index.js';
import { blockText, type FoundReplica, type ReplicaStore } from '../store/index.js';
import { blockFromProto, storageTypeToProto } from '../transfer/index.js';
import { answer, readyStore } from './answer.js';
import type { IpcNode } from './ipc-node.js';

const NOTHING = {};
/** hadoop.common.configuration.version and hadoop.hdfs.configuration.version, as the defaults' files have them. */
const CONFIG_VERSION = 'core-3.0.0,hdfs-1';

/** What clients and `dfsadmin` ask of a datanode (DataNode's part of ClientDatanodeProtocol). */
export function addClientDatanodeProtocol(table: ProtocolTable, node: IpcNode): void {
  const forSuperuser = <Response>(call: RpcCall<Response>, work: () => Promise<Response>): void => {
    node.judge(call.user, (isSuperuser) => {
      if (isSuperuser) void answer(call, work);
      else call.fail(failure('AccessControlException', `User ${call.user} is not a superuser of this datanode`));
    });
  };
  table.add(protocols.clientDatanode, {
    getReplicaVisibleLength: (call, { block }) =>
      void answer(call, async () => ({ length: visibleLength(readyStore(node), block) })),
    // The namenodes of a datanode are those of its configuration at the start.
    refreshNamenodes: (call) => forSuperuser(call, async () => NOTHING),
    deleteBlockPool: (call) =>
      forSuperuser(call, async () => {
        throw refused(
          'The block pool is still running. First do a refreshNamenodes to shutdown the block pool service',
        );
      }),
    getBlockLocalPathInfo: (call) =>
      call.fail(failure('UnsupportedOperationException', 'short-circuit reads are not supported')),
    shutdownDatanode: (call, { forUpgrade }) =>
      forSuperuser(call, async () => {
        node.shutDown(forUpgrade);
        return NOTHING;
      }),
    evictWriters: (call) =>
      forSuperuser(call, async () => {
        await Promise.all([...readyStore(node).openReplicas()].map((replica) => replica.owner?.stop()));
        return NOTHING;
      }),
    getDatanodeInfo: (call) =>
      call.reply({
        localInfo: {
          softwareVersion: SOFTWARE_VERSION,
          configVersion: CONFIG_VERSION,
          uptime: Math.floor(node.uptimeMs() / 1000),
        },
      }),
    getVolumeReport: (call) =>
      forSuperuser(call, async () => ({ volumeInfo: await volumeReport(readyStore(node), node) })),
    triggerBlockReport: (call, { incremental, nnAddress }) =>
      forSuperuser(call, async () => {
        if (node.triggerReport(incremental, nnAddress === '' ? undefined : nnAddress)) return NOTHING;
        throw refused(`This datanode has no namenode ${nnAddress}`);
      }),
    getBalancerBandwidth: (call) => call.reply({ bandwidth: node.balancerBandwidth() }),
  });
}

/** What readers may see of a replica in any stamp from the block's on (FsDatasetImpl.getReplicaVisibleLength). */
function visibleLength(store: ReplicaStore, proto: ExtendedBlockProto): number {
  const block = blockFromProto(proto);
  const view = store.viewInPool(block);
  if (view === null) {
    throw new FailureError(failure('ReplicaNotFoundException', `Replica does not exist ${blockText(block)}`));
  }
  if (view.generationStamp < block.generationStamp) {
    const replica = blockText({ ...block, generationStamp: view.generationStamp });
    throw refused(
      `replica.getGenerationStamp() < block.getGenerationStamp(), block=${blockText(block)}, replica=${replica}`,
    );
  }
  return view.visibleBytes;
}

async function volumeReport(store: ReplicaStore, node: IpcNode): Promise<DatanodeVolumeInfoProto[]> {
  const counts = new Float64Array(store.volumes.length);
  const count = ({ volume }: FoundReplica): void => {
    counts[volume]!++;
  };
  for (let part = 0; part < store.finalizedParts; part++) {
    store.walkFinalized(part, count);
    await node.pause();
  }
  return store.volumes
    .filter((volume) => volume.failure === null)
    .map((volume) => ({
      path: volume.folder,
      storageType: storageTypeToProto(volume.storageType),
      usedSpace: volume.usedBytes,
      freeSpace: volume.availableBytes,
      reservedSpace: volume.reservedBytes,
      reservedSpaceForReplicas: volume.claimedBytes,
      numBlocks: counts[volume.index]!,
    }));
}

function refused(message: string): FailureError {
  return new FailureError(failure('IOException', message));
}
