import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DatanodeVolumeInfoProto, ExtendedBlockProto } from '@rfs/protocol/messages';
import { type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';
import { SOFTWARE_VERSION } from '../reports/index.js';
import { blockText, type ReplicaStore } from '../store/index.js';
import { blockFromProto, storageTypeToProto } from '../transfer/index.js';
import { answer, readyStore } from './answer.js';
import type { IpcNode } from './node.js';

const NOTHING = {};
/** hadoop.common.configuration.version and hadoop.hdfs.configuration.version of 3.4.1. */
const CONFIG_VERSION = 'core-3.0.0,hdfs-1';

/** What clients and `dfsadmin` ask of a datanode (DataNode's part of ClientDatanodeProtocol). */
export function addClientDatanodeProtocol(table: ProtocolTable, node: IpcNode): void {
  const forSuperuser = <Response>(call: RpcCall<Response>, work: () => Promise<Response>): void => {
    if (call.user === node.user) answer(call, work);
    else call.fail(failure('AccessControlException', `User ${call.user} is not a superuser of this datanode`));
  };
  table.add(protocols.clientDatanode, {
    getReplicaVisibleLength: (call, { block }) =>
      answer(call, async () => ({ length: visibleLength(readyStore(node), block) })),
    // The namenodes of a datanode are those of its configuration at the start.
    refreshNamenodes: (call) => forSuperuser(call, async () => NOTHING),
    deleteBlockPool: (call) =>
      forSuperuser(call, async () => {
        throw new Error('The block pool is still running. First do a refreshNamenodes to shutdown the block pool service');
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
    getDatanodeInfo: (call) => {
      const uptime = Math.floor((node.clock.monotonicMs() - node.startedMs) / 1000);
      call.reply({ localInfo: { softwareVersion: SOFTWARE_VERSION, configVersion: CONFIG_VERSION, uptime } });
    },
    getVolumeReport: (call) => answer(call, async () => ({ volumeInfo: await volumeReport(readyStore(node), node) })),
    triggerBlockReport: (call, { incremental, nnAddress }) =>
      forSuperuser(call, async () => {
        const namenode = nnAddress === '' ? undefined : nnAddress;
        if (node.triggerReport(incremental, namenode)) return NOTHING;
        throw new Error(`This datanode has no namenode ${namenode}`);
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
    throw new Error(
      `Replica generation stamp < block generation stamp, block=${blockText(block)}, ` +
        `replica=${blockText({ ...block, generationStamp: view.generationStamp })}`,
    );
  }
  return view.visibleBytes;
}

async function volumeReport(store: ReplicaStore, node: IpcNode): Promise<DatanodeVolumeInfoProto[]> {
  const counts = new Float64Array(store.volumes.length);
  const count = ({ volume }: { readonly volume: number }): void => {
    counts[volume] = counts[volume]! + 1;
  };
  for (let part = 0; part < store.finalizedParts; part++) {
    store.walkFinalized(part, count);
    await node.pause();
  }
  return store.volumes
    .filter((volume) => volume.failure === null)
    .map((volume) => ({
      path: `${volume.folder}/current`,
      storageType: storageTypeToProto(volume.storageType),
      usedSpace: volume.usedBytes,
      freeSpace: volume.availableBytes,
      reservedSpace: node.reservedBytes,
      reservedSpaceForReplicas: volume.claimedBytes,
      numBlocks: counts[volume.index]!,
    }));
}
