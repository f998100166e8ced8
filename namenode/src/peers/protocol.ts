import type { Protocol } from '@rfs/protocol/rpc';
import { GroupProtocolMethods, RaftPeerProtocolMethods, SnapshotProtocolMethods } from '../generated/raft.js';

/** One-way messages of Raft, batched. Now and then a batch is answered when it was taken, so that a stuck member is seen. */
export const peerProtocol: Protocol<typeof RaftPeerProtocolMethods> = {
  name: 'rfs.RaftPeerProtocol',
  version: 1,
  methods: RaftPeerProtocolMethods,
  keepsBytes: true,
};

/** Who is in the group, for those who want to join it and for operators. */
export const groupProtocol: Protocol<typeof GroupProtocolMethods> = {
  name: 'rfs.GroupProtocol',
  version: 1,
  methods: GroupProtocolMethods,
};

/** Whole states, for members that the log no longer reaches. */
export const snapshotProtocol: Protocol<typeof SnapshotProtocolMethods> = {
  name: 'rfs.SnapshotProtocol',
  version: 1,
  methods: SnapshotProtocolMethods,
};
