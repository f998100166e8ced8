import { type Failure, isFailure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { seededRandom } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import type { DatanodeIDProto, LocatedBlockProto } from '@rfs/protocol/messages';
import { ClientIdentity, callAsync, protocols, RpcClient } from '@rfs/protocol/rpc';
import type { ClientSettings } from '../settings/index.js';

export type LastBlockLength = number | Failure;

/** Asked datanodes answer at once or not at all. */
const PATIENCE_MS = 10_000;

/**
 * How much of a block that is being written readers may see: the answer of the first datanode that has it. 0 when all
 * say that they have no replica, for then nothing was written to it yet (DFSInputStream.readBlockLength).
 */
export async function visibleLength(
  block: LocatedBlockProto,
  user: string,
  settings: ClientSettings,
  clock: Clock,
): Promise<LastBlockLength> {
  let withoutReplica = 0;
  let reason: Failure = failure('IOException', 'no datanode has it');
  for (const { id } of block.locs) {
    const answer = await ask(id, block, user, settings, clock);
    if (!isFailure(answer)) return answer;
    if (answer.code === 'ReplicaNotFoundException') withoutReplica++;
    else reason = answer;
  }
  return withoutReplica === block.locs.length ? 0 : reason;
}

async function ask(
  id: DatanodeIDProto,
  block: LocatedBlockProto,
  user: string,
  settings: ClientSettings,
  clock: Clock,
): Promise<LastBlockLength> {
  const host = settings.useDatanodeHostname ? id.hostName : id.ipAddr;
  // The datanode remembers nothing about its callers, so their ids need not be unpredictable.
  const identity = new ClientIdentity(seededRandom(`${id.datanodeUuid} ${clock.monotonicMs()}`));
  const client = await new Promise<RpcClient | Failure>((resolve) => {
    RpcClient.connect(
      {
        host,
        port: id.ipcPort,
        user,
        protocol: protocols.clientDatanode,
        identity,
        clock,
        connectTimeoutMs: Math.min(PATIENCE_MS, settings.connectTimeoutMs),
        callTimeoutMs: PATIENCE_MS,
      },
      resolve,
    );
  });
  if (isFailure(client)) return client;
  try {
    const answer = await callAsync(client, protocols.clientDatanode, 'getReplicaVisibleLength', { block: block.b });
    return isFailure(answer) ? answer : answer.length;
  } finally {
    client.close();
  }
}
