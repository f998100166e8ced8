import { type Failure, isFailure } from '@rfs/base/failure';
import { type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';
import type { BlockChanges, ClusterTopology, DatanodeService } from '../../service/index.js';

const NOTHING = {};

/** DatanodeProtocol's door. The address of a datanode is the one its connection comes from. */
export function addDatanodeProtocol(
  table: ProtocolTable,
  service: DatanodeService,
  changes: BlockChanges,
  racks: ClusterTopology,
): void {
  table.add(protocols.datanode, {
    versionRequest: (call) => answer(call, service.versionRequest(), (info) => ({ info })),
    registerDatanode: (call, request) => {
      // The rack is found first: registering puts the datanode into it.
      racks.resolve(call.clientAddress, () => {
        const result = service.register(request.registration, call.clientAddress);
        answer(call, result, (registration) => ({ registration }));
      });
    },
    sendHeartbeat: (call, request) => answer(call, service.heartbeat(request, call.clientAddress), (reply) => reply),
    blockReport: (call, request) => service.blockReport(request, call),
    blockReceivedAndDeleted: (call, request) => {
      const refused = service.incrementalReport(request);
      if (refused === undefined) call.reply(NOTHING);
      else call.fail(refused);
    },
    // No block is cached in a datanode's memory on the namenode's behalf.
    cacheReport: (call) => call.reply({ cmd: undefined }),
    errorReport: (call) => call.reply(NOTHING),
    reportBadBlocks: (call, request) => changes.reportBadBlocks(request.blocks, call),
    commitBlockSynchronization: (call, request) => changes.commitBlockSynchronization(request, call),
  });
}

function answer<Result, Response>(
  call: RpcCall<Response>,
  result: Result | Failure,
  respond: (result: Result) => Response,
): void {
  if (isFailure(result)) call.fail(result);
  else call.reply(respond(result));
}
