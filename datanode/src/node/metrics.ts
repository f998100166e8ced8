import type { Metrics } from '@rfs/base/metrics';
import type { Deletions } from '../reports/index.js';
import type { ReplicaStore } from '../store/index.js';
import type { LocalReads, TransferCounters } from '../transfer/index.js';

/** Makes what a datanode counts visible. */
export function publishMetrics(
  metrics: Metrics,
  store: () => ReplicaStore | null,
  counters: TransferCounters,
  local: LocalReads,
  deletions: () => Deletions | undefined,
): void {
  const volumes = () => store()?.volumes.filter((volume) => volume.failure === null) ?? [];
  const sum = (of: (volume: ReplicaStore['volumes'][number]) => number) => () =>
    volumes().reduce((total, volume) => total + of(volume), 0);
  metrics.measure('rfs_datanode_replicas', 'Finalized replicas.', () => store()?.finalizedCount ?? 0);
  metrics.measure('rfs_datanode_deletions_waiting', 'Replicas still to be deleted.', () => deletions()?.pending ?? 0);
  metrics.measure(
    'rfs_datanode_capacity_bytes',
    'Space of all volumes.',
    sum((volume) => volume.capacityBytes),
  );
  metrics.measure(
    'rfs_datanode_used_bytes',
    'Space taken by replicas.',
    sum((volume) => volume.usedBytes),
  );
  metrics.measure(
    'rfs_datanode_available_bytes',
    'Space for new replicas.',
    sum((volume) => volume.availableBytes),
  );
  metrics.measure(
    'rfs_datanode_volumes_failed',
    'Volumes that cannot be used any more.',
    () => (store()?.volumes.length ?? 0) - volumes().length,
  );
  metrics.measure('rfs_datanode_transfers', 'Requests being served on the data port.', () => counters.active);
  metrics.measure('rfs_datanode_writers', 'Blocks being received.', () => counters.writers);
  metrics.measure('rfs_datanode_copies', 'Replicas being copied to other datanodes.', () => counters.copies);
  metrics.measureTotal('rfs_datanode_read_bytes_total', 'Data sent to readers.', () => counters.bytesRead);
  metrics.measureTotal(
    'rfs_datanode_webhdfs_local_bytes_total',
    'WebHDFS reads from own replicas.',
    () => local.localBytes,
  );
  metrics.measureTotal(
    'rfs_datanode_webhdfs_remote_bytes_total',
    'WebHDFS reads from other datanodes.',
    () => local.remoteBytes,
  );
  metrics.measureTotal('rfs_datanode_written_bytes_total', 'Data of finalized replicas.', () => counters.bytesWritten);
  metrics.measureTotal('rfs_datanode_blocks_read_total', 'Reads served.', () => counters.blocksRead);
  metrics.measureTotal('rfs_datanode_blocks_written_total', 'Replicas finalized.', () => counters.blocksWritten);
  metrics.measureTotal('rfs_datanode_corrupt_total', 'Damaged replicas found by readers.', () => counters.corruptFound);
}
