import type { ProtocolTable } from '@rfs/protocol/rpc';
import { type ForwardedCalls, forwardProtocol } from '../../service/index.js';

const NOTHING = {};

/** The door for calls that other namenodes of the group pass on. */
export function addForwardProtocol(table: ProtocolTable, calls: ForwardedCalls): void {
  table.add(forwardProtocol, {
    forward: (call, request) => calls.forward(request, call),
    touchAccessTimes: (call, request) => {
      const refused = calls.touchAccessTimes(request);
      if (refused === undefined) call.reply(NOTHING);
      else call.fail(refused);
    },
  });
}
