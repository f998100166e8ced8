import type { Metrics } from '@rfs/base/metrics';
import type { ScanCounters } from '../scanner/index.js';

const SCAN_METRICS: readonly (readonly [name: string, help: string, counter: keyof ScanCounters])[] = [
  ['verified_total', 'Replicas read by the block scanner and found good.', 'verified'],
  ['verified_bytes_total', 'Data of these replicas.', 'verifiedBytes'],
  ['damaged_total', 'Replicas found damaged by the block scanner.', 'damaged'],
  ['unread_total', 'Replicas that the block scanner could not read.', 'unread'],
  ['rounds_total', 'Rounds over a volume that the block scanner has finished.', 'rounds'],
  ['missing_total', 'Replicas that were no longer on disk.', 'missing'],
  ['found_total', 'Replicas on disk that were not known.', 'found'],
  ['mismatched_total', 'Replicas with another length or stamp than known, or without sums.', 'mismatched'],
  ['removed_total', 'Files that belonged to no replica and were removed.', 'removed'],
];

/** Makes visible what the scanners count. @param counters undefined until the replicas are open */
export function publishScanMetrics(metrics: Metrics, counters: () => ScanCounters | undefined): void {
  for (const [name, help, counter] of SCAN_METRICS) {
    metrics.measureTotal(`rfs_datanode_scan_${name}`, help, () => counters()?.[counter] ?? 0);
  }
}
