import type { CounterSeries, Instruments } from '@rfs/base/metrics';
import { type HistogramSeries, LATENCY_BUCKETS, type Metrics, type SeriesFamily } from '@rfs/base/metrics';
import type { Clock } from '@rfs/base/seams';
import type { RpcServerStats } from '@rfs/protocol/rpc';
import type { ClusterStats } from '../blocks/index.js';
import type { ReplicationObserver } from '../replication/index.js';
import type { RoutingCounts } from './routing/index.js';

const MS = 1000;
const BATCH_BUCKETS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];
/** Calls that are answered from memory take tens of microseconds. */
const CALL_BUCKETS: readonly number[] = [0.00002, 0.00005, ...LATENCY_BUCKETS];
/** Gauges read within one scrape share one look at the block manager. */
const STATS_AGE_MS = 100;

/** What is noted when it happens. */
const EVENTS = {
  journalEntries: {
    kind: 'histogram',
    name: 'rfs_journal_batch_entries',
    help: 'Entries of one write and sync of the journal',
    buckets: BATCH_BUCKETS,
  },
  journalSeconds: {
    kind: 'histogram',
    name: 'rfs_journal_sync_seconds',
    help: 'Time of one write and sync of the journal',
    buckets: LATENCY_BUCKETS,
  },
  applyEntries: {
    kind: 'histogram',
    name: 'rfs_apply_batch_entries',
    help: 'Entries of one transaction of the namespace',
    buckets: BATCH_BUCKETS,
  },
  applySeconds: {
    kind: 'histogram',
    name: 'rfs_apply_batch_seconds',
    help: 'Time of one transaction of the namespace',
    buckets: LATENCY_BUCKETS,
  },
  proposalsRefused: {
    kind: 'counter',
    name: 'rfs_proposals_refused_total',
    help: 'Changes sent back because too many waited',
  },
} as const;

/** Where the values that are read at each scrape come from. */
export interface MetricSources {
  readonly replication: {
    readonly leading: boolean;
    readonly term: number;
    readonly appliedIndex: number;
    readonly committedIndex: number;
    readonly firstIndex: number;
    readonly waitingCount: number;
    readonly waitingBytes: number;
    readonly journalBytes: number;
  };
  readonly rpc: { readonly stats: RpcServerStats };
  /** How much of another member's state has come, of 1; undefined while none is fetched. */
  readonly fetched: () => number | undefined;
  readonly blocks: {
    readonly safeMode: { readonly on: boolean };
    stats(nowMs: number): ClusterStats;
    mapBytes(): number;
  };
  readonly namespace: {
    readonly leases: { readonly fileCount: number; readonly holderCount: number };
    readonly retryEntries: number;
    readonly tree: { readonly cachedDirectories: number };
  };
  /** Calls that wait for replicas to be reported. */
  readonly replicaWaits: { readonly count: number };
  /** Calls in a group of several. */
  readonly routing: { readonly counts: RoutingCounts; readonly waitingCount: number };
  /** Background work that waits for its turn. */
  readonly slices: { readonly length: number };
  readonly clock: Clock;
}

/** Of them, what a journal node has too. */
type GroupSources = Pick<MetricSources, 'replication' | 'rpc' | 'fetched'>;

type Reading<Source> = readonly [name: string, help: string, read: (source: Source) => number];

const GROUP_GAUGES: readonly Reading<GroupSources>[] = [
  ['rfs_leading', '1 while this node leads its group', ({ replication }) => Number(replication.leading)],
  ['rfs_raft_term', 'Term of the Raft group', ({ replication }) => replication.term],
  ['rfs_applied_index', 'Index of the last entry applied', ({ replication }) => replication.appliedIndex],
  ['rfs_committed_index', 'Index of the last entry known committed', ({ replication }) => replication.committedIndex],
  ['rfs_journal_first_index', 'Index of the oldest entry in the journal', ({ replication }) => replication.firstIndex],
  ['rfs_journal_size_bytes', 'Size of the journal on disk', ({ replication }) => replication.journalBytes],
  ['rfs_proposals_waiting', 'Changes that wait to be applied', ({ replication }) => replication.waitingCount],
  ['rfs_proposals_waiting_bytes', 'Bytes of changes that wait', ({ replication }) => replication.waitingBytes],
  [
    'rfs_snapshot_fetched_ratio',
    "How much of another member's state has come; 1 while none is fetched",
    ({ fetched }) => fetched() ?? 1,
  ],
  ['rfs_rpc_connections', 'Open RPC connections', ({ rpc }) => rpc.stats.connections],
  ['rfs_rpc_calls_in_flight', 'RPC calls that wait for their answers', ({ rpc }) => rpc.stats.callsInFlight],
];

const GAUGES: readonly Reading<MetricSources>[] = [
  ['rfs_calls_waiting', 'Calls that wait for a leader or a newer state', ({ routing }) => routing.waitingCount],
  ['rfs_safe_mode', '1 while safe mode is on', ({ blocks }) => Number(blocks.safeMode.on)],
  ['rfs_block_map_bytes', 'Memory of the block map', ({ blocks }) => blocks.mapBytes()],
  ['rfs_open_files', 'Files being written', ({ namespace }) => namespace.leases.fileCount],
  ['rfs_lease_holders', 'Clients that hold leases', ({ namespace }) => namespace.leases.holderCount],
  ['rfs_retry_cache_entries', 'Replies kept for repeated calls', ({ namespace }) => namespace.retryEntries],
  ['rfs_cached_directories', 'Directories in memory', ({ namespace }) => namespace.tree.cachedDirectories],
  ['rfs_replica_waits', 'Calls that wait for replicas to be reported', ({ replicaWaits }) => replicaWaits.count],
  ['rfs_background_work', 'Pieces of background work that wait', ({ slices }) => slices.length],
];

const RPC_TOTALS: readonly Reading<GroupSources>[] = [
  ['rfs_rpc_connections_refused_total', 'Connections beyond the limit', ({ rpc }) => rpc.stats.connectionsRefused],
  ['rfs_rpc_calls_total', 'RPC calls received', ({ rpc }) => rpc.stats.calls],
  ['rfs_rpc_malformed_total', 'Connections closed for what they sent', ({ rpc }) => rpc.stats.malformed],
];

const TOTALS: readonly Reading<MetricSources>[] = [
  [
    'rfs_reads_served_total',
    'Reads that this namenode answered itself, in a group of several',
    ({ routing }) => routing.counts.readsServed,
  ],
  [
    'rfs_reads_forwarded_total',
    'Reads that the leader answered for this namenode',
    ({ routing }) => routing.counts.readsForwarded,
  ],
  [
    'rfs_changes_served_total',
    'Changes that this namenode took as leader of a group of several',
    ({ routing }) => routing.counts.changesServed,
  ],
  [
    'rfs_changes_forwarded_total',
    'Changes that the leader carried out for this namenode',
    ({ routing }) => routing.counts.changesForwarded,
  ],
  [
    'rfs_reads_behind_total',
    'Reads that waited for this namenode to apply what their clients have seen',
    ({ routing }) => routing.counts.readsBehind,
  ],
  ['rfs_read_indexes_total', 'Calls for which the newest index was asked', ({ routing }) => routing.counts.readIndexes],
  ['rfs_calls_held_total', 'Calls that came to wait for a leader', ({ routing }) => routing.counts.held],
  [
    'rfs_calls_sent_back_total',
    'Calls for which no leader was found in time',
    ({ routing }) => routing.counts.sentBack,
  ],
];

const BLOCK_GAUGES: readonly Reading<ClusterStats>[] = [
  ['rfs_capacity_bytes', 'Capacity of the live datanodes', (stats) => stats.capacityBytes],
  ['rfs_used_bytes', 'Bytes that replicas use', (stats) => stats.usedBytes],
  ['rfs_remaining_bytes', 'Bytes that are free for replicas', (stats) => stats.remainingBytes],
  ['rfs_non_dfs_used_bytes', 'Bytes that others use', (stats) => stats.nonDfsUsedBytes],
  ['rfs_xceivers', 'Data transfers on the live datanodes', (stats) => stats.xceiverCount],
  ['rfs_live_datanodes', 'Datanodes that send heartbeats', (stats) => stats.liveDatanodes],
  ['rfs_dead_datanodes', 'Datanodes that fell silent', (stats) => stats.deadDatanodes],
  ['rfs_stale_datanodes', 'Live datanodes whose heartbeat is late', (stats) => stats.staleDatanodes],
  ['rfs_blocks', 'Blocks', (stats) => stats.blocks],
  ['rfs_blocks_complete', 'Blocks of finished length', (stats) => stats.completeBlocks],
  ['rfs_blocks_safe', 'Complete blocks with their minimum of replicas', (stats) => stats.safeBlocks],
  ['rfs_blocks_low_redundancy', 'Blocks that lack replicas', (stats) => stats.lowRedundancyBlocks],
  [
    'rfs_blocks_highest_priority',
    'Blocks in danger of being lost',
    (stats) => stats.highestPriorityLowRedundancyBlocks,
  ],
  ['rfs_blocks_missing', 'Blocks without any good replica', (stats) => stats.missingBlocks],
  [
    'rfs_blocks_missing_replication_one',
    'Missing blocks that were to have one replica',
    (stats) => stats.missingBlocksReplicationOne,
  ],
  ['rfs_blocks_corrupt', 'Blocks with corrupt replicas', (stats) => stats.corruptReplicaBlocks],
  ['rfs_reconstructions_pending', 'Blocks being copied', (stats) => stats.pendingReconstructionBlocks],
  ['rfs_deletions_pending', 'Replicas to be deleted', (stats) => stats.pendingDeletionBlocks],
  ['rfs_blocks_postponed', 'Surplus blocks that wait for fresh reports', (stats) => stats.postponedBlocks],
  ['rfs_excess_replicas', 'Replicas beyond the number asked for', (stats) => stats.excessReplicas],
  ['rfs_queued_reports', 'Reports about blocks still to come', (stats) => stats.queuedMessages],
];

/** One method of a server's table: always the same object. */
interface CalledMethod {
  readonly protocol: string;
  readonly name: string;
}

interface CallSeries {
  readonly seconds: HistogramSeries;
  readonly failures: CounterSeries;
}

/** The namenode's measures: notes what happens, and reads the rest when it is asked. */
export class NamenodeMetrics implements ReplicationObserver {
  private readonly metrics: Metrics;
  private readonly events: Instruments<typeof EVENTS>;
  private journalBytes = 0;
  private readonly seconds: SeriesFamily<HistogramSeries>;
  private readonly failures: SeriesFamily<CounterSeries>;
  private readonly calls = new Map<CalledMethod, CallSeries>();

  constructor(metrics: Metrics) {
    this.metrics = metrics;
    this.events = metrics.declare(EVENTS);
    metrics.measureTotal('rfs_journal_written_bytes_total', 'Bytes written to the journal', () => this.journalBytes);
    this.seconds = metrics.histograms(
      'rfs_rpc_call_seconds',
      'Time from a call to its answer, by protocol and method',
      'method',
      CALL_BUCKETS,
    );
    this.failures = metrics.counters('rfs_rpc_failures_total', 'Calls answered with an exception', 'method');
  }

  /** Shows what is read from the parts; to be called once, when all are there. */
  watch(sources: MetricSources): void {
    this.watchGroup(sources);
    for (const [name, help, read] of GAUGES) this.metrics.measure(name, help, () => read(sources));
    for (const [name, help, read] of TOTALS) this.metrics.measureTotal(name, help, () => read(sources));
    const { blocks, clock } = sources;
    let stats: ClusterStats | undefined;
    let readMs = 0;
    for (const [name, help, read] of BLOCK_GAUGES) {
      this.metrics.measure(name, help, () => {
        const nowMs = clock.monotonicMs();
        if (stats === undefined || nowMs - readMs > STATS_AGE_MS) {
          stats = blocks.stats(nowMs);
          readMs = nowMs;
        }
        return read(stats);
      });
    }
  }

  /** Shows what every member of a group has: its place in it, its journal and its door. */
  watchGroup(sources: GroupSources): void {
    for (const [name, help, read] of GROUP_GAUGES) this.metrics.measure(name, help, () => read(sources));
    for (const [name, help, read] of RPC_TOTALS) this.metrics.measureTotal(name, help, () => read(sources));
  }

  /** For RpcServerOptions.onCall. */
  readonly onCall = (method: CalledMethod, tookMs: number, failed: boolean): void => {
    const series = this.calls.get(method) ?? this.addCall(method);
    series.seconds.observe(tookMs / MS);
    if (failed) series.failures.count++;
  };

  journalWrote(entryCount: number, bytes: number, durationMs: number): void {
    this.events.journalEntries.observe(entryCount);
    this.journalBytes += bytes;
    this.events.journalSeconds.observe(durationMs / MS);
  }

  appliedBatch(entryCount: number, durationMs: number): void {
    this.events.applyEntries.observe(entryCount);
    this.events.applySeconds.observe(durationMs / MS);
  }

  proposalRefused(): void {
    this.events.proposalsRefused.inc();
  }

  /** Names of methods come from the server's table, so there are not more of them than it has. */
  private addCall(method: CalledMethod): CallSeries {
    const { protocol, name } = method;
    const label = `${protocol.slice(protocol.lastIndexOf('.') + 1)}.${name}`;
    const series = { seconds: this.seconds.of(label), failures: this.failures.of(label) };
    this.calls.set(method, series);
    return series;
  }
}
