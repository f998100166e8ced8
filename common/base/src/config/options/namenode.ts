import type { ConfigRule } from '../config.js';
import { option, optional } from '../option.js';
import { boolean, choice, decimal, duration, folders, integer, size, text } from '../types.js';
import { commonOptions } from './common.js';
import { replicatorOptions } from './replicator.js';
import { distinctFolders, wholeChunksPerBlock } from './rules.js';
import { topologyOptions } from './topology.js';
import { userOptions } from './users.js';

/** What the namenode and the journal node read. */
export const namenodeOptions = {
  ...commonOptions,
  ...topologyOptions,
  ...replicatorOptions,
  ...userOptions,
  namenodeRpcAddress: { ...commonOptions.namenodeRpcAddress, flag: 'rpc-address' },
  namenodeHttpAddress: { ...commonOptions.namenodeHttpAddress, flag: 'http-address' },
  nameDirs: option({
    key: 'dfs.namenode.name.dir',
    type: folders(),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Hadoop's own syntax
    default: 'file://${hadoop.tmp.dir}/dfs/name',
    help: 'Where journal and namespace lie. The first folder is used.',
    flag: 'name-dir',
    scoped: true,
  }),
  namenodeId: optional({
    key: 'dfs.ha.namenode.id',
    type: text(),
    help: 'The name of this namenode in its nameservice.',
    flag: 'id',
  }),
  rpcBindHost: optional({
    key: 'dfs.namenode.rpc-bind-host',
    type: text(),
    help: 'The address that the RPC port listens at, when it differs from the one that clients use.',
    scoped: true,
  }),
  httpBindHost: optional({
    key: 'dfs.namenode.http-bind-host',
    type: text(),
    help: 'The address that the HTTP port listens at, when it differs from the one that clients use.',
    scoped: true,
  }),
  maximumComponentBytes: option({
    key: 'dfs.namenode.fs-limits.max-component-length',
    type: integer(0),
    default: '255',
    help: 'The longest name in a path, in bytes of UTF-8; 0 means no limit.',
  }),
  maximumDirectoryItems: option({
    key: 'dfs.namenode.fs-limits.max-directory-items',
    type: integer(1, 6_400_000),
    default: '1048576',
    help: 'Entries of one folder.',
  }),
  minimumBlockBytes: option({
    key: 'dfs.namenode.fs-limits.min-block-size',
    type: size(0),
    default: '1048576',
    help: 'The smallest block size that a file may ask for.',
  }),
  maximumBlocksPerFile: option({
    key: 'dfs.namenode.fs-limits.max-blocks-per-file',
    type: integer(1),
    default: '10000',
    help: 'Blocks of one file.',
  }),
  maximumObjects: option({
    key: 'dfs.namenode.max.objects',
    type: integer(0),
    default: '0',
    help: 'Files, folders and blocks in all; 0 means no limit.',
  }),
  replicationMinimum: option({
    key: 'dfs.namenode.replication.min',
    type: integer(1, 32_767),
    default: '1',
    help: 'Replicas with which a block counts as complete; the fewest that a file may ask for.',
  }),
  replicationMaximum: option({
    key: 'dfs.replication.max',
    type: integer(1, 32_767),
    default: '512',
    help: 'The most replicas that a file may ask for.',
  }),
  replicationStreams: option({
    key: 'dfs.namenode.replication.max-streams',
    type: integer(0),
    default: '2',
    help: 'Copies under way from one datanode, blocks in danger excepted.',
  }),
  replicationStreamsHardLimit: option({
    key: 'dfs.namenode.replication.max-streams-hard-limit',
    type: integer(0),
    default: '4',
    help: 'Copies under way from one datanode in any case.',
  }),
  replicationWorkMultiplier: option({
    key: 'dfs.namenode.replication.work.multiplier.per.iteration',
    type: integer(1),
    default: '2',
    help: 'Copies begun in one pass, for each live datanode.',
  }),
  redundancyIntervalMs: option({
    key: 'dfs.namenode.redundancy.interval.seconds',
    type: duration('s', 1),
    default: '3',
    help: 'Time between passes over the blocks that lack or exceed replicas.',
  }),
  pendingReconstructionTimeoutMs: option({
    key: 'dfs.namenode.reconstruction.pending.timeout-sec',
    type: duration('s', 1),
    default: '300',
    help: 'A copy not reported after this long is begun again.',
  }),
  invalidateLimit: option({
    key: 'dfs.block.invalidate.limit',
    type: integer(1),
    default: '1000',
    help: 'Replicas that one heartbeat tells a datanode to delete.',
  }),
  considerLoad: option({
    key: 'dfs.namenode.redundancy.considerLoad',
    type: boolean(),
    default: 'true',
    help: 'Places replicas on datanodes that are much busier than the others only when these do not suffice.',
  }),
  considerLoadFactor: option({
    key: 'dfs.namenode.redundancy.considerLoad.factor',
    type: decimal(0),
    default: '2.0',
    help: 'Busier means: this many times the average of connections.',
  }),
  preferLocalNode: option({
    key: 'dfs.namenode.block-placement-policy.default.prefer-local-node',
    type: boolean(),
    default: 'true',
    help: "Places the first replica on the writer's own host.",
  }),
  heartbeatIntervalMs: option({
    key: 'dfs.heartbeat.interval',
    type: duration('s', 1),
    default: '3',
    help: 'Time between heartbeats of datanodes.',
  }),
  heartbeatRecheckMs: option({
    key: 'dfs.namenode.heartbeat.recheck-interval',
    type: duration('ms', 1),
    default: '300000',
    help: 'A datanode is dead after twice this plus ten heartbeats without one.',
  }),
  staleDatanodeMs: option({
    key: 'dfs.namenode.stale.datanode.interval',
    type: duration('ms', 1),
    default: '30000',
    help: 'A datanode is stale after this long without a heartbeat.',
  }),
  avoidStaleForRead: option({
    key: 'dfs.namenode.avoid.read.stale.datanode',
    type: boolean(),
    default: 'false',
    help: 'Names stale datanodes last to readers.',
  }),
  avoidStaleForWrite: option({
    key: 'dfs.namenode.avoid.write.stale.datanode',
    type: boolean(),
    default: 'false',
    help: 'Places no replicas on stale datanodes.',
  }),
  staleRatioForWrite: option({
    key: 'dfs.namenode.write.stale.datanode.ratio',
    type: decimal(0, 1),
    default: '0.5f',
    help: 'With more than this share of the live datanodes stale, replicas are placed on stale ones as well.',
  }),
  fullReportLeases: option({
    key: 'dfs.namenode.max.full.block.report.leases',
    type: integer(1),
    default: '6',
    help: 'Datanodes that may send full block reports at the same time.',
  }),
  fullReportLeaseMs: option({
    key: 'dfs.namenode.full.block.report.lease.length.ms',
    type: duration('ms', 1),
    default: '300000',
    help: 'How long the leave to send a full report holds.',
  }),
  safemodeThreshold: option({
    key: 'dfs.namenode.safemode.threshold-pct',
    type: decimal(),
    default: '0.999f',
    help: 'The share of blocks that must have their minimum before safe mode ends; at most 0 never waits, above 1 never ends.',
  }),
  safemodeMinimumDatanodes: option({
    key: 'dfs.namenode.safemode.min.datanodes',
    type: integer(0),
    default: '0',
    help: 'Live datanodes needed before safe mode ends.',
  }),
  safemodeReplicationMinimum: optional({
    key: 'dfs.namenode.safemode.replication.min',
    type: integer(1, 32_767),
    help: 'Replicas that safe mode waits for; by default dfs.namenode.replication.min.',
  }),
  safemodeExtensionMs: option({
    key: 'dfs.namenode.safemode.extension',
    type: duration('ms'),
    default: '30000',
    help: 'How long safe mode goes on after its threshold was reached.',
  }),
  accessTimePrecisionMs: option({
    key: 'dfs.namenode.accesstime.precision',
    type: duration('ms'),
    default: '3600000',
    help: 'Access times are renewed when they are older than this; 0 switches them off.',
  }),
  leaseHardLimitMs: option({
    key: 'dfs.namenode.lease-hard-limit-sec',
    type: duration('s', 60_000),
    default: '1200',
    help: 'A file whose writer was silent for this long is closed by the namenode.',
  }),
  leaseRecheckMs: option({
    key: 'dfs.namenode.lease-recheck-interval-ms',
    type: duration('ms', 1),
    default: '2000',
    help: 'Time between looks for such files.',
  }),
  listingLimit: option({
    key: 'dfs.ls.limit',
    type: integer(1, 100_000),
    default: '1000',
    help: 'Entries of one answer to a listing.',
  }),
  batchedListingLimit: option({
    key: 'dfs.batched.ls.limit',
    type: integer(1, 100_000),
    default: '100',
    help: 'Paths of one call for a batched listing.',
  }),
  corruptFilesLimit: option({
    key: 'dfs.namenode.max-corrupt-file-blocks-returned',
    type: integer(1, 100_000),
    default: '100',
    help: 'Entries of one answer about files with corrupt blocks.',
  }),
  hostsFile: optional({
    key: 'dfs.hosts',
    type: text(),
    help: 'A file with the hosts whose datanodes are admitted; without it all are.',
  }),
  decommissionIntervalMs: option({
    key: 'dfs.namenode.decommission.interval',
    type: duration('s', 1),
    default: '30',
    help: 'Time between passes that judge how far datanodes are with being emptied.',
  }),
  excludedHostsFile: optional({
    key: 'dfs.hosts.exclude',
    type: text(),
    help: 'A file with the hosts whose datanodes are to be emptied.',
  }),
  hostsProvider: option({
    key: 'dfs.namenode.hosts.provider.classname',
    type: choice(
      'org.apache.hadoop.hdfs.server.blockmanagement.HostFileManager',
      'org.apache.hadoop.hdfs.server.blockmanagement.CombinedHostFileManager',
    ),
    default: 'org.apache.hadoop.hdfs.server.blockmanagement.HostFileManager',
    help: 'How the lists of hosts are written: two files of names, or dfs.hosts as JSON, which knows maintenance too.',
  }),
  maintenanceReplicationMinimum: option({
    key: 'dfs.namenode.maintenance.replication.min',
    type: integer(0, 32_767),
    default: '1',
    help: 'Replicas of a block that must be in service while its others are in maintenance.',
  }),
  staticWebUser: option({
    key: 'hadoop.http.staticuser.user',
    type: text(),
    default: 'dr.who',
    help: 'The user of HTTP requests that name none.',
  }),
  role: option({
    key: 'rfs.namenode.role',
    type: choice('namenode', 'journal'),
    default: 'namenode',
    help: 'A journal node votes and keeps the journal, and applies nothing.',
    flag: 'role',
  }),
};

/** What must hold between them. */
export const namenodeRules: readonly ConfigRule[] = [
  wholeChunksPerBlock,
  {
    options: [namenodeOptions.nameDirs],
    check: (config) => distinctFolders(config.get(namenodeOptions.nameDirs)),
  },
  {
    options: [namenodeOptions.replicationMinimum, namenodeOptions.replication, namenodeOptions.replicationMaximum],
    check: (config) => {
      const minimum = config.get(namenodeOptions.replicationMinimum);
      const wanted = config.get(namenodeOptions.replication);
      const maximum = config.get(namenodeOptions.replicationMaximum);
      return minimum <= wanted && wanted <= maximum ? undefined : 'they must not decrease in this order';
    },
  },
  {
    options: [namenodeOptions.maintenanceReplicationMinimum, namenodeOptions.replication],
    check: (config) =>
      config.get(namenodeOptions.maintenanceReplicationMinimum) <= config.get(namenodeOptions.replication)
        ? undefined
        : 'maintenance cannot leave more replicas than files have',
  },
  {
    options: [namenodeOptions.blockSizeBytes, namenodeOptions.minimumBlockBytes],
    check: (config) =>
      config.get(namenodeOptions.blockSizeBytes) >= config.get(namenodeOptions.minimumBlockBytes)
        ? undefined
        : 'the block size of new files must not be below the smallest that is allowed',
  },
  {
    options: [namenodeOptions.replicationStreams, namenodeOptions.replicationStreamsHardLimit],
    check: (config) =>
      config.get(namenodeOptions.replicationStreams) <= config.get(namenodeOptions.replicationStreamsHardLimit)
        ? undefined
        : 'the limit must not exceed the hard limit',
  },
  {
    options: [namenodeOptions.electionTimeoutMs, namenodeOptions.peerHeartbeatMs],
    check: (config) =>
      config.get(namenodeOptions.electionTimeoutMs) >= 3 * config.get(namenodeOptions.peerHeartbeatMs)
        ? undefined
        : 'an election needs at least three heartbeats of silence',
  },
];
