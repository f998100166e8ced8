/** One daemon of a group. */
export interface Daemon {
  readonly pid: number;
  /** host:port of Hadoop RPC. */
  readonly rpc: string;
}

/** A file system whose every change is on the disks of most of three voters. Nothing is pinned. */
export interface Quorum {
  readonly name: 'apache' | 'rfs';
  /** The namenode that takes changes. */
  readonly active: Daemon;
  /** Everybody else who keeps the journal: namenodes that follow, or journal nodes. */
  readonly others: readonly Daemon[];
  stop(): Promise<void>;
}
