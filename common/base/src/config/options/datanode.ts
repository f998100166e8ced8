import type { ConfigRule } from '../config.js';
import { option, optional } from '../option.js';
import { address, boolean, choice, decimal, duration, folders, integer, size, text } from '../types.js';
import { commonOptions } from './common.js';
import { distinctFolders, wholeChunksPerBlock } from './rules.js';
import { userOptions } from './users.js';

/** What the datanode reads. */
export const datanodeOptions = {
  ...commonOptions,
  ...userOptions,
  dataDirs: option({
    key: 'dfs.datanode.data.dir',
    type: folders(),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Hadoop's own syntax
    default: 'file://${hadoop.tmp.dir}/dfs/data',
    help: 'Folders for blocks, one for each disk.',
    flag: 'data-dir',
  }),
  dataDirPermissions: option({
    key: 'dfs.datanode.data.dir.perm',
    type: {
      expects: 'octal permissions such as 700',
      parse: (value) => (/^[0-7]{3,4}$/.test(value) ? Number.parseInt(value, 8) : undefined),
    },
    default: '700',
    help: 'Permissions of these folders.',
  }),
  dataAddress: option({
    key: 'dfs.datanode.address',
    type: address(9866),
    default: '0.0.0.0:9866',
    help: 'Address of the data transfer protocol.',
    flag: 'address',
  }),
  httpAddress: option({
    key: 'dfs.datanode.http.address',
    type: address(9864),
    default: '0.0.0.0:9864',
    help: 'Address for WebHDFS, metrics and JMX beans.',
    flag: 'http-address',
  }),
  ipcAddress: option({
    key: 'dfs.datanode.ipc.address',
    type: address(9867),
    default: '0.0.0.0:9867',
    help: 'Address for RPC of clients and other datanodes.',
    flag: 'ipc-address',
  }),
  hostname: optional({
    key: 'dfs.datanode.hostname',
    type: text(),
    help: "The name under which the datanode is known; by default the system's.",
    flag: 'hostname',
  }),
  useHostname: option({
    key: 'dfs.datanode.use.datanode.hostname',
    type: boolean(),
    default: 'false',
    help: 'Connects to other datanodes by name, not by address.',
  }),
  maximumTransfers: option({
    key: 'dfs.datanode.max.transfer.threads',
    type: integer(1),
    default: '4096',
    help: 'Connections that transfer data at the same time; further ones are closed.',
  }),
  reservedBytes: option({
    key: 'dfs.datanode.du.reserved',
    type: size(0),
    default: '0',
    help: 'Space of each volume that is left to others.',
  }),
  reservedPercent: option({
    key: 'dfs.datanode.du.reserved.pct',
    type: decimal(0, 100),
    default: '0',
    help: 'The same as a share of the volume; the larger of both holds.',
  }),
  failedVolumesTolerated: option({
    key: 'dfs.datanode.failed.volumes.tolerated',
    type: integer(-1),
    default: '0',
    help: 'Volumes that may fail before the datanode stops; -1 means all but one.',
  }),
  volumeChoice: option({
    key: 'rfs.datanode.volume-choice',
    type: choice('round-robin', 'available-space'),
    default: 'round-robin',
    help: 'Which volume a new replica goes to.',
  }),
  heartbeatIntervalMs: option({
    key: 'dfs.heartbeat.interval',
    type: duration('s', 1),
    default: '3',
    help: 'Time between heartbeats.',
  }),
  fullReportIntervalMs: option({
    key: 'dfs.blockreport.intervalMsec',
    type: duration('ms', 1),
    default: '21600000',
    help: 'Time between full block reports.',
  }),
  fullReportDelayMs: option({
    key: 'dfs.blockreport.initialDelay',
    type: duration('s'),
    default: '0',
    help: 'The first full report is put off by up to this long, at random.',
  }),
  reportSplitThreshold: option({
    key: 'dfs.blockreport.split.threshold',
    type: integer(0),
    default: '1000000',
    help: 'With more blocks than this each storage is reported in a message of its own.',
  }),
  incrementalReportIntervalMs: option({
    key: 'dfs.blockreport.incremental.intervalMsec',
    type: duration('ms'),
    default: '0',
    help: 'How long incremental reports are collected; 0 sends them at once.',
  }),
  balanceBandwidth: option({
    key: 'dfs.datanode.balance.bandwidthPerSec',
    type: size(0),
    default: '100m',
    help: 'Bytes a second for the balancer.',
  }),
  concurrentMoves: option({
    key: 'dfs.datanode.balance.max.concurrent.moves',
    type: integer(1),
    default: '100',
    help: 'Replicas that move for the balancer at the same time.',
  }),
  blockPinning: option({
    key: 'dfs.datanode.block-pinning.enabled',
    type: boolean(),
    default: 'false',
    help: 'Replicas that a client asked to have on this datanode (favored nodes) are not moved by the balancer.',
  }),
  scanPeriodMs: option({
    key: 'dfs.datanode.scan.period.hours',
    type: duration('h', Number.NEGATIVE_INFINITY),
    default: '504',
    help: 'Each replica is read and checked once in this time; 0 means three weeks, below 0 never.',
  }),
  scanBytesPerSecond: option({
    key: 'dfs.block.scanner.volume.bytes.per.second',
    type: size(0),
    default: '1048576',
    help: 'Bytes a second that this may take of each volume; 0 switches it off.',
  }),
  scanCursorSaveMs: option({
    key: 'dfs.block.scanner.cursor.save.interval.ms',
    type: duration('ms'),
    default: '600000',
    help: 'How often it is written down how far this has come.',
  }),
  directoryScanIntervalMs: option({
    key: 'dfs.datanode.directoryscan.interval',
    type: duration('s', Number.NEGATIVE_INFINITY),
    default: '21600',
    help: 'Time between comparisons of the folders with what the datanode knows; below 1 never.',
  }),
  syncOnClose: option({
    key: 'dfs.datanode.synconclose',
    type: boolean(),
    default: 'false',
    help: 'Syncs each replica when it is finished.',
  }),
  socketWriteTimeoutMs: option({
    key: 'dfs.datanode.socket.write.timeout',
    type: duration('ms'),
    default: '480000',
    help: 'A receiver that takes nothing for this long has failed; 0 waits for ever.',
  }),
  socketKeepaliveMs: option({
    key: 'dfs.datanode.socket.reuse.keepalive',
    type: duration('ms'),
    default: '4000',
    help: 'How long a connection may stay idle between requests.',
  }),
};

/** What must hold between them. */
export const datanodeRules: readonly ConfigRule[] = [
  wholeChunksPerBlock,
  {
    options: [datanodeOptions.dataDirs],
    check: (config) => distinctFolders(config.get(datanodeOptions.dataDirs)),
  },
  {
    options: [datanodeOptions.failedVolumesTolerated, datanodeOptions.dataDirs],
    check: (config) =>
      config.get(datanodeOptions.failedVolumesTolerated) < config.get(datanodeOptions.dataDirs).length
        ? undefined
        : 'fewer volumes may fail than there are',
  },
];
