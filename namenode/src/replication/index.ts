export type { Group, Member } from './group.js';
export { type ClusterIdentity, makeIdentity } from './identity.js';
export { type ReplicatorLimits, type ReplicatorOptions, StartRefused } from './options.js';
export { Replicator } from './replicator.js';
export type { Applier, NextTurn, ProposalSink, ReadSink, ReplicationObserver } from './types.js';
