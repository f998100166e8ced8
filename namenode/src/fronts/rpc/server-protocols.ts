import type { Config } from '@rfs/base/config';
import { type Failure, isFailure } from '@rfs/base/failure';
import { type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';
import type { Impersonation } from '@rfs/protocol/users';
import { type BlockListings, type Callers, type DatanodeService, exportedKeys } from '../../service/index.js';

const NOTHING = {};

/** What the calls of tools and other servers work with. */
export interface ServerProtocolParts {
  readonly datanodes: DatanodeService;
  readonly callers: Callers;
  readonly impersonation: Impersonation;
  /** The configuration as its files are now; throws ConfigError for a bad one. */
  readonly reread: () => Config;
  readonly listings: BlockListings;
}

/** The protocols of operators' and benchmarks' tools: NamenodeProtocol, for superusers only, and the refresh protocols. */
export function addServerProtocols(table: ProtocolTable, parts: ServerProtocolParts): void {
  const { datanodes, callers, impersonation, reread, listings } = parts;
  const answer = <Response>(call: RpcCall<Response>, make: () => Response | Failure): void =>
    callers.superuser(
      call.user,
      () => {
        const made = make();
        if (isFailure(made)) call.fail(made);
        else call.reply(made);
      },
      (refused) => call.fail(refused),
    );
  table.add(protocols.namenode, {
    versionRequest: (call) =>
      answer(call, () => {
        const info = datanodes.versionRequest();
        return isFailure(info) ? info : { info };
      }),
    isUpgradeFinalized: (call) => answer(call, () => ({ isUpgradeFinalized: true })),
    isRollingUpgrade: (call) => answer(call, () => ({ isRollingUpgrade: false })),
    getBlocks: (call, request) => listings.getBlocks(request, call.user, call),
    // Not left out: HDFS's balancer takes for granted that there are some, which say that tokens are off.
    getBlockKeys: (call) => answer(call, () => ({ keys: exportedKeys() })),
    getTransactionId: (call) => answer(call, () => ({ txId: datanodes.appliedIndex })),
    // Whatever was applied is as good as in an image: a restart begins with it.
    getMostRecentCheckpointTxId: (call) => answer(call, () => ({ txId: datanodes.appliedIndex })),
    errorReport: (call) => answer(call, () => NOTHING),
  });
  table.add(protocols.refreshUserMappings, {
    refreshUserToGroupsMappings: (call) => {
      callers.refresh();
      call.reply(NOTHING);
    },
    refreshSuperUserGroupsConfiguration: (call) => {
      void impersonation.refresh(reread).then((refusal) => {
        if (refusal === undefined) call.reply(NOTHING);
        else call.fail(refusal);
      });
    },
  });
}
