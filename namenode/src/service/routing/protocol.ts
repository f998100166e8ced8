import type { Protocol } from '@rfs/protocol/rpc';
import { ForwardProtocolMethods } from '../../generated/forward.js';

/** What namenodes of one group say to each other about calls of clients (proto/forward.proto). */
export const forwardProtocol: Protocol<typeof ForwardProtocolMethods> = {
  name: 'rfs.namenode.ForwardProtocol',
  version: 1,
  methods: ForwardProtocolMethods,
};
