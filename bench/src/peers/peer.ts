/** A file system under measurement: a namenode pinned to one core, without datanodes of its own. */
export interface Peer {
  readonly name: 'apache' | 'rfs';
  /** host:port of Hadoop RPC. */
  readonly rpc: string;
  /** http://host:port. */
  readonly http: string;
  readonly namenodePid: number;
  readonly datanodePids: readonly number[];
  /** The folder with core-site.xml and hdfs-site.xml for clients. */
  readonly conf: string;
  stop(): Promise<void>;
}

export interface PeerOptions {
  readonly folder: string;
  /** Real datanodes of its own, besides those that a benchmark plays. */
  readonly datanodes: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** The core of the servers; the load runs on the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
