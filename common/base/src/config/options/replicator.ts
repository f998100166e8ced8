import { option, optional } from '../option.js';
import { addresses, duration, integer, size } from '../types.js';

/** Settings of Raft and its journal: rfs's own, for HDFS keeps its edits otherwise. */
export const replicatorOptions = {
  peers: optional({
    key: 'rfs.raft.peers',
    type: addresses(),
    help: 'RPC addresses of all members of the group, journal nodes too; by default the namenodes of the nameservice.',
    flag: 'peers',
  }),
  electionTimeoutMs: option({
    key: 'rfs.raft.election-timeout',
    type: duration('ms', 10),
    default: '600ms',
    help: 'Silence of the leader after which a follower stands for election; up to twice as long at random.',
  }),
  peerHeartbeatMs: option({
    key: 'rfs.raft.heartbeat-interval',
    type: duration('ms', 1),
    default: '100ms',
    help: 'Time between messages of a leader that has nothing to send.',
  }),
  maximumProposalBytes: option({
    key: 'rfs.raft.proposals.max-bytes',
    type: size(1024 * 1024),
    default: '64m',
    help: 'Proposals that wait for the journal; beyond that callers are told to come back.',
  }),
  maximumBatchBytes: option({
    key: 'rfs.journal.batch.max-bytes',
    type: size(4096, 256 * 1024 * 1024),
    default: '4m',
    help: 'What one write to the journal holds at most.',
  }),
  segmentBytes: option({
    key: 'rfs.journal.segment.bytes',
    type: size(64 * 1024, 1024 ** 3),
    default: '64m',
    help: 'Size at which a segment of the journal is closed and the next begun.',
  }),
  retainedJournalBytes: option({
    key: 'rfs.journal.retained.bytes',
    type: size(0),
    default: '256m',
    help: 'Applied entries kept for followers that are behind, before they need a whole snapshot.',
  }),
  retainedJournalMs: option({
    key: 'rfs.journal.retained.age',
    type: duration('ms'),
    default: '1d',
    help: 'Applied entries older than this go even if there is room for them.',
  }),
  durableIntervalMs: option({
    key: 'rfs.journal.cut.interval',
    type: duration('ms', 1),
    default: '5s',
    help: 'How often a namenode makes its state durable, so that its journal may be cut.',
  }),
  maximumJournalBytes: option({
    key: 'rfs.journal.max-bytes',
    type: size(1024 * 1024),
    default: '16g',
    help: 'With journal nodes, entries that a namenode still needs are kept up to here; then changes stop.',
  }),
  applyBatchEntries: option({
    key: 'rfs.apply.batch.max-entries',
    type: integer(1),
    default: '512',
    help: 'Entries applied in one store transaction at most.',
  }),
  applySliceMs: option({
    key: 'rfs.apply.slice',
    type: duration('ms', 1),
    default: '10ms',
    help: 'Time after which long work gives way to requests.',
  }),
  gatherMs: option({
    key: 'rfs.namenode.store.gather-time',
    type: duration('ms'),
    default: '300ms',
    help: 'How long applied changes gather in memory before the store takes them in one go; the journal has them.',
  }),
  gatherBytes: option({
    key: 'rfs.namenode.store.gather-bytes',
    type: size(0, 256 * 1024 * 1024),
    default: '8m',
    help: 'Gathered changes that are not kept waiting any longer.',
  }),
  purgeBatchEntries: option({
    key: 'rfs.delete.purge.max-entries',
    type: integer(1, 100_000),
    default: '1000',
    help: 'Entries of a deleted tree that one purge command removes.',
  }),
  heldCallMs: option({
    key: 'rfs.namenode.held-call.timeout',
    type: duration('ms'),
    default: '5s',
    help: 'How long a call is held while there is no leader that can be reached.',
  }),
  observerWaitMs: option({
    key: 'rfs.observer.wait',
    type: duration('ms', 1),
    default: '100ms',
    help: 'How long a read waits for its namenode to apply what its client has seen, before the leader answers it.',
  }),
  completeWaitMs: option({
    key: 'rfs.namenode.report-wait.timeout',
    type: duration('ms'),
    default: '1s',
    help: 'How long complete and addBlock wait for reports before they send the client to sleep.',
  }),
};
