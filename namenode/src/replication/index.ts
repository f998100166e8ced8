export type { Group, Member } from './group.js';
export { GroupView } from './group-view.js';
export type { Standing } from './holdings.js';
export { type ClusterIdentity, makeIdentity } from './identity.js';
export { type PeerLink, type ReplicatorLimits, type ReplicatorOptions, StartRefused } from './options.js';
export { Replicator } from './replicator.js';
export { encodeRoster, memberMessage, memberOf, type Roster } from './roster.js';
export { FOUNDER } from './start.js';
export type { Applier, NextTurn, ProposalSink, ReadSink, ReplicationObserver, StateTransfer } from './types.js';
