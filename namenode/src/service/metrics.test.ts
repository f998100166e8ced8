import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '@rfs/base/metrics';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { BlockManager, DEFAULT_BLOCK_MANAGER_CONFIG } from '../blocks/index.js';
import { StateMachine } from '../namespace/index.js';
import { MemoryStore } from '../store/index.js';
import { NamenodeMetrics } from './metrics.js';

function setUp() {
  const metrics = new Metrics();
  const clock = new VirtualClock();
  const blocks = new BlockManager(DEFAULT_BLOCK_MANAGER_CONFIG, seededRandom(1));
  const machine = new StateMachine(new MemoryStore(), blocks.events);
  const sources = {
    replication: {
      leading: true,
      term: 3,
      appliedIndex: 9,
      committedIndex: 11,
      firstIndex: 2,
      waitingCount: 5,
      waitingBytes: 640,
      journalBytes: 4096,
    },
    fetched: () => undefined,
    rpc: { stats: { connections: 2, connectionsRefused: 1, calls: 70, callsInFlight: 4, malformed: 0 } },
    blocks,
    namespace: machine,
    replicaWaits: { count: 1 },
    routing: {
      counts: {
        readsServed: 90,
        changesServed: 8,
        readsForwarded: 7,
        changesForwarded: 6,
        held: 5,
        readsBehind: 4,
        readIndexes: 3,
        sentBack: 2,
      },
      waitingCount: 1,
    },
    slices: { length: 0 },
    clock,
  };
  return { metrics, clock, blocks, sources, namenode: new NamenodeMetrics(metrics) };
}

test('calls, journal writes and applied batches are noted as they happen', async () => {
  const { metrics, namenode } = setUp();
  const mkdirs = { protocol: 'org.apache.hadoop.hdfs.protocol.ClientProtocol', name: 'mkdirs' };
  namenode.onCall(mkdirs, 2, false);
  namenode.onCall(mkdirs, 0.03, true);
  namenode.onCall({ protocol: 'org.apache.hadoop.ha.HAServiceProtocol', name: 'monitorHealth' }, 1, false);
  namenode.journalWrote(40, 5000, 0.7);
  namenode.appliedBatch(40, 3);
  namenode.proposalRefused();
  const text = await metrics.text();
  for (const line of [
    'rfs_rpc_call_seconds_bucket{method="ClientProtocol.mkdirs",le="0.00005"} 1',
    'rfs_rpc_call_seconds_count{method="ClientProtocol.mkdirs"} 2',
    'rfs_rpc_call_seconds_count{method="HAServiceProtocol.monitorHealth"} 1',
    'rfs_rpc_failures_total{method="ClientProtocol.mkdirs"} 1',
    'rfs_journal_batch_entries_bucket{le="64"} 1',
    'rfs_journal_written_bytes_total 5000',
    'rfs_journal_sync_seconds_sum 0.0007',
    'rfs_apply_batch_entries_sum 40',
    'rfs_apply_batch_seconds_bucket{le="0.005"} 1',
    'rfs_proposals_refused_total 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});

test('the state of the parts is read at each scrape, the sums over datanodes once', async (t) => {
  const { metrics, clock, blocks, sources, namenode } = setUp();
  namenode.watch(sources);
  const stats = t.mock.method(blocks, 'stats');
  const text = await metrics.text();
  for (const line of [
    'rfs_leading 1',
    'rfs_committed_index 11',
    'rfs_proposals_waiting 5',
    'rfs_rpc_calls_in_flight 4',
    'rfs_rpc_calls_total 70',
    'rfs_safe_mode 1',
    'rfs_live_datanodes 0',
    'rfs_blocks_missing 0',
    'rfs_replica_waits 1',
    'rfs_reads_served_total 90',
    'rfs_reads_forwarded_total 7',
    'rfs_calls_sent_back_total 2',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.equal(stats.mock.callCount(), 1);
  sources.replication.appliedIndex = 10;
  clock.advance(1000);
  assert.match(await metrics.text(), /^rfs_applied_index 10$/m);
  assert.equal(stats.mock.callCount(), 2);
});
