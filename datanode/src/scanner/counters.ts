/** What the scanners of a datanode have done since it started. */
export interface ScanCounters {
  /** Replicas read and found good. */
  verified: number;
  verifiedBytes: number;
  /** Replicas found damaged and reported. */
  damaged: number;
  /** Replicas that could not be read, for another reason than damage. */
  unread: number;
  /** Rounds over a volume that came to their end. */
  rounds: number;
  /** Replicas whose files were not on disk. */
  missing: number;
  /** Replicas on disk that memory did not know. */
  found: number;
  /** Replicas whose length, stamp or sums on disk were not those in memory. */
  mismatched: number;
  /** Files on disk that belonged to no replica and were removed. */
  removed: number;
}

export function newScanCounters(): ScanCounters {
  return {
    verified: 0,
    verifiedBytes: 0,
    damaged: 0,
    unread: 0,
    rounds: 0,
    missing: 0,
    found: 0,
    mismatched: 0,
    removed: 0,
  };
}
