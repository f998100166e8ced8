import { failure } from '@rfs/protocol/exceptions';
import { HAServiceStateProto } from '@rfs/protocol/messages';
import { type ProtocolTable, protocols } from '@rfs/protocol/rpc';

/** What operators and failover tools may ask of this node. */
export interface HighAvailability {
  /** True while this node leads its Raft group. */
  readonly leading: boolean;
}

/**
 * HAServiceProtocol. A node that does not lead says STANDBY and ready, because FailoverController refuses any other
 * target; clients learn OBSERVER from ClientProtocol.getHAServiceState.
 */
export function addHaProtocol(table: ProtocolTable, node: HighAvailability): void {
  table.add(protocols.haService, {
    getServiceStatus: (call) =>
      call.reply({
        state: node.leading ? HAServiceStateProto.ACTIVE : HAServiceStateProto.STANDBY,
        readyToBecomeActive: true,
        notReadyReason: undefined,
      }),
    monitorHealth: (call) => call.reply({}),
    transitionToActive: (call) => {
      if (node.leading) call.reply({});
      else call.fail(failure('ServiceFailedException', 'This namenode has no quorum yet and cannot become active.'));
    },
    transitionToStandby: (call) =>
      call.fail(failure('ServiceFailedException', 'This namenode is the only one of its group and stays active.')),
    transitionToObserver: (call) =>
      call.fail(
        failure('ServiceFailedException', 'Roles follow from the Raft group; none can be made observer by hand.'),
      ),
  });
}
