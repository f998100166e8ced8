import { isFailure } from '@rfs/base/failure';
import { type ProtocolTable, protocols } from '@rfs/protocol/rpc';
import type { Callers, DatanodeService } from '../../service/index.js';

const NOTHING = {};

/** The protocols of operators' and benchmarks' tools: NamenodeProtocol and the refresh protocols. */
export function addServerProtocols(table: ProtocolTable, datanodes: DatanodeService, callers: Callers): void {
  table.add(protocols.namenode, {
    versionRequest: (call) => {
      const info = datanodes.versionRequest();
      if (isFailure(info)) call.fail(info);
      else call.reply({ info });
    },
    isUpgradeFinalized: (call) => call.reply({ isUpgradeFinalized: true }),
    isRollingUpgrade: (call) => call.reply({ isRollingUpgrade: false }),
    getBlockKeys: (call) => call.reply({ keys: undefined }),
    getTransactionId: (call) => call.reply({ txId: datanodes.appliedIndex }),
  });
  table.add(protocols.refreshUserMappings, {
    refreshUserToGroupsMappings: (call) => {
      callers.refresh();
      call.reply(NOTHING);
    },
    // Proxy user rules are read when they are asked for; there is nothing to refresh.
    refreshSuperUserGroupsConfiguration: (call) => call.reply(NOTHING),
  });
}
