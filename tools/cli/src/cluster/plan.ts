import { join } from 'node:path';

/** How many namenodes of each kind; together they vote. */
export interface NamenodeCounts {
  readonly namenodes: number;
  readonly journals: number;
}

/** What the user asked of `rfs up`. */
export interface ClusterOptions {
  readonly folder: string;
  readonly namenodes: NamenodeCounts;
  readonly datanodes: number;
  /** Give every datanode a loopback address of its own. */
  readonly ownHosts: boolean;
  /** Properties for every daemon and for clients, over those of rfs up. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The ports of a cluster; kept in its folder, so that it comes back under the same addresses. */
export interface ClusterPorts {
  readonly namenodes: readonly { readonly rpc: number; readonly http: number }[];
  readonly datanodes: readonly { readonly data: number; readonly http: number; readonly ipc: number }[];
}

/** One daemon to run: the subcommand, its folders and its configuration. */
export interface DaemonPlan {
  readonly id: string;
  readonly command: 'namenode' | 'datanode';
  readonly folder: string;
  readonly confFolder: string;
  readonly logFile: string;
  /** A namenode with an empty folder makes the file system; the first start only. */
  readonly founds: boolean;
  /** A namenode that only votes. */
  readonly isJournal: boolean;
  readonly addresses: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** A cluster to run. */
export interface ClusterPlan {
  readonly hdfs: string;
  readonly webhdfs: string;
  readonly clientConfFolder: string;
  readonly clientProperties: Readonly<Record<string, string>>;
  /** Journal nodes among them, last. */
  readonly namenodes: readonly DaemonPlan[];
  readonly datanodes: readonly DaemonPlan[];
}

export const NAMENODE_HOST = '127.0.0.1';
/** The name of the file system when it has several namenodes. */
const NAMESERVICE = 'rfs';
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

/**
 * Lays out folders, addresses and configuration of a cluster. Only in a new one does the first namenode found the file
 * system: one that has lost its folder joins the others.
 */
export function planCluster(options: ClusterOptions, ports: ClusterPorts, isNew: boolean): ClusterPlan {
  const { folder } = options;
  const namenodes = layOutNamenodes(options, ports);
  const clientProperties: Record<string, string> = {
    ...addressProperties(namenodes),
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
    kind: { readonly founds: boolean; readonly isJournal: boolean } = { founds: false, isJournal: false },
  ): DaemonPlan => ({
    id,
    command,
    folder: join(folder, id),
    confFolder: join(folder, id, 'conf'),
    logFile: join(folder, 'logs', `${id}.log`),
    ...kind,
    addresses,
    properties: { ...common, ...own },
  });
  return {
    hdfs: clientProperties['fs.defaultFS'] as string,
    webhdfs: `http://${namenodes[0]?.http}`,
    clientConfFolder: join(folder, 'conf'),
    clientProperties,
    namenodes: namenodes.map(({ id, rpc, http, isJournal }, index) => {
      const own = {
        'dfs.namenode.name.dir': fileUrl(folder, `${id}/name`),
        ...(namenodes.length === 1 ? {} : memberProperties(namenodes, index)),
      };
      return daemon(id, 'namenode', { rpc, http }, own, { founds: isNew && index === 0, isJournal });
    }),
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

interface NamenodeLayout {
  readonly id: string;
  readonly rpc: string;
  readonly http: string;
  readonly isJournal: boolean;
}

function layOutNamenodes({ namenodes: counts }: ClusterOptions, ports: ClusterPorts): NamenodeLayout[] {
  return ports.namenodes.map(({ rpc, http }, index) => {
    const isJournal = index >= counts.namenodes;
    return {
      id: isJournal ? `journalnode${index + 1 - counts.namenodes}` : `namenode${index + 1}`,
      rpc: `${NAMENODE_HOST}:${rpc}`,
      http: `${NAMENODE_HOST}:${http}`,
      isJournal,
    };
  });
}

/** Where clients find the namenodes: a lone one by its address, several as a nameservice. */
function addressProperties(namenodes: readonly NamenodeLayout[]): Record<string, string> {
  const [only] = namenodes;
  if (namenodes.length === 1 && only !== undefined) {
    return {
      'fs.defaultFS': `hdfs://${only.rpc}`,
      'dfs.namenode.rpc-address': only.rpc,
      'dfs.namenode.http-address': only.http,
    };
  }
  const serving = namenodes.filter(({ isJournal }) => !isJournal);
  const properties: Record<string, string> = {
    'fs.defaultFS': `hdfs://${NAMESERVICE}`,
    'dfs.nameservices': NAMESERVICE,
    [`dfs.ha.namenodes.${NAMESERVICE}`]: serving.map(({ id }) => id).join(','),
    [`dfs.client.failover.proxy.provider.${NAMESERVICE}`]:
      'org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider',
    // Hadoop's haadmin -failover asks for a way to fence; the group needs none.
    'dfs.ha.fencing.methods': 'shell(/bin/true)',
  };
  for (const { id, rpc, http } of serving) {
    properties[`dfs.namenode.rpc-address.${NAMESERVICE}.${id}`] = rpc;
    properties[`dfs.namenode.http-address.${NAMESERVICE}.${id}`] = http;
  }
  return properties;
}

/** What one of several namenodes knows besides. */
function memberProperties(namenodes: readonly NamenodeLayout[], index: number): Record<string, string> {
  const { id, rpc, http, isJournal } = namenodes[index] as NamenodeLayout;
  return {
    'dfs.ha.namenode.id': id,
    'dfs.namenode.rpc-address': rpc,
    'dfs.namenode.http-address': http,
    'rfs.raft.peers': namenodes.map((each) => each.rpc).join(','),
    ...(isJournal ? { 'rfs.namenode.role': 'journal' } : {}),
  };
}

function fileUrl(folder: string, inside: string): string {
  return `file://${join(folder, inside)}`;
}
