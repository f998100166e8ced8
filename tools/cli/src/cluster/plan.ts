import { join } from 'node:path';

/** What the user asked of `rfs up`. */
export interface ClusterOptions {
  readonly folder: string;
  readonly datanodes: number;
  /** Give every datanode a loopback address of its own. */
  readonly ownHosts: boolean;
  /** Properties for every daemon and for clients, over those of rfs up. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The ports of a cluster; kept in its folder, so that it comes back under the same addresses. */
export interface ClusterPorts {
  readonly namenode: { readonly rpc: number; readonly http: number };
  readonly datanodes: readonly { readonly data: number; readonly http: number; readonly ipc: number }[];
}

/** One daemon to run: the subcommand, its folders and its configuration. */
export interface DaemonPlan {
  readonly id: string;
  readonly command: 'namenode' | 'datanode';
  readonly folder: string;
  readonly confFolder: string;
  readonly logFile: string;
  readonly arguments: readonly string[];
  readonly addresses: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** A cluster to run. */
export interface ClusterPlan {
  readonly hdfs: string;
  readonly webhdfs: string;
  readonly clientConfFolder: string;
  readonly clientProperties: Readonly<Record<string, string>>;
  readonly namenode: DaemonPlan;
  readonly datanodes: readonly DaemonPlan[];
}

const NAMENODE_HOST = '127.0.0.1';
/** HDFS keeps three replicas where it can. */
const FULL_REPLICATION = 3;

/**
 * A datanode is dead after 2 x recheck + 10 x heartbeat (`DatanodeManager.heartbeatExpireInterval`): 15 s here, where
 * HDFS's own default of 10.5 minutes would be an evening at the machine.
 */
const QUICK_DEATH = { 'dfs.heartbeat.interval': '1', 'dfs.namenode.heartbeat.recheck-interval': '2500' };

/** The address a datanode listens on. */
export function datanodeHost(index: number, ownHosts: boolean): string {
  return ownHosts ? `127.0.0.${index + 2}` : '127.0.0.1';
}

/** Lays out folders, addresses and configuration of a cluster. */
export function planCluster(options: ClusterOptions, ports: ClusterPorts): ClusterPlan {
  const { folder } = options;
  const rpc = `${NAMENODE_HOST}:${ports.namenode.rpc}`;
  const http = `${NAMENODE_HOST}:${ports.namenode.http}`;
  const clientProperties = {
    'fs.defaultFS': `hdfs://${rpc}`,
    'dfs.namenode.rpc-address': rpc,
    'dfs.namenode.http-address': http,
    'dfs.replication': String(Math.max(1, Math.min(FULL_REPLICATION, options.datanodes))),
    ...options.properties,
  };
  const common = {
    ...QUICK_DEATH,
    'dfs.namenode.safemode.extension': '0',
    'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
    'hadoop.tmp.dir': join(folder, 'tmp'),
    ...clientProperties,
  };
  const daemon = (
    id: string,
    command: DaemonPlan['command'],
    addresses: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>>,
  ): DaemonPlan => ({
    id,
    command,
    folder: join(folder, id),
    confFolder: join(folder, id, 'conf'),
    logFile: join(folder, 'logs', `${id}.log`),
    arguments: command === 'namenode' ? ['--bootstrap'] : [],
    addresses,
    properties: { ...common, ...own },
  });
  return {
    hdfs: `hdfs://${rpc}`,
    webhdfs: `http://${http}`,
    clientConfFolder: join(folder, 'conf'),
    clientProperties,
    namenode: daemon(
      'namenode1',
      'namenode',
      { rpc, http },
      { 'dfs.namenode.name.dir': fileUrl(folder, 'namenode1/name') },
    ),
    datanodes: ports.datanodes.map((own, index) => {
      const id = `datanode${index + 1}`;
      const host = datanodeHost(index, options.ownHosts);
      const addresses = { data: `${host}:${own.data}`, http: `${host}:${own.http}`, ipc: `${host}:${own.ipc}` };
      return daemon(id, 'datanode', addresses, {
        'dfs.datanode.data.dir': fileUrl(folder, `${id}/data`),
        'dfs.datanode.address': addresses.data,
        'dfs.datanode.http.address': addresses.http,
        'dfs.datanode.ipc.address': addresses.ipc,
        'dfs.datanode.hostname': host,
      });
    }),
  };
}

function fileUrl(folder: string, inside: string): string {
  return `file://${join(folder, inside)}`;
}
