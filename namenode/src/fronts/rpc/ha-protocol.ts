import type { Failure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { HAServiceStateProto } from '@rfs/protocol/messages';
import { type ProtocolTable, protocols, type RpcCall } from '@rfs/protocol/rpc';

/** What operators and failover tools may ask of this node. */
export interface HighAvailability {
  /** True while this node leads its Raft group. */
  readonly leading: boolean;
  /** Why it cannot lead; undefined for one that can. */
  readonly unfit: string | undefined;
  /** This node leads when `done` comes without a refusal. */
  becomeActive(done: (refusal: Failure | undefined) => void): void;
  /** Another node leads when `done` comes without a refusal. */
  becomeStandby(done: (refusal: Failure | undefined) => void): void;
}

const NOTHING = {};

/**
 * HAServiceProtocol. A node that does not lead says STANDBY and ready, because FailoverController refuses any other
 * target; clients learn OBSERVER from ClientProtocol.getHAServiceState. Transitions hand leadership over: the group
 * always has one leader, so that a namenode made standby has made another one active.
 */
export function addHaProtocol(table: ProtocolTable, node: HighAvailability): void {
  const ended = (call: RpcCall<object>) => (refusal: Failure | undefined) => {
    if (refusal === undefined) call.reply(NOTHING);
    else call.fail(refusal);
  };
  table.add(protocols.haService, {
    getServiceStatus: (call) =>
      call.reply({
        state: node.leading ? HAServiceStateProto.ACTIVE : HAServiceStateProto.STANDBY,
        readyToBecomeActive: node.unfit === undefined,
        notReadyReason: node.unfit,
      }),
    monitorHealth: (call) => call.reply(NOTHING),
    transitionToActive: (call) => node.becomeActive(ended(call)),
    transitionToStandby: (call) => node.becomeStandby(ended(call)),
    transitionToObserver: (call) =>
      call.fail(
        failure('ServiceFailedException', 'Roles follow from the Raft group; none can be made observer by hand.'),
      ),
  });
}
