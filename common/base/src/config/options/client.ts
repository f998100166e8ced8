import type { ConfigRule } from '../config.js';
import { option, optional } from '../option.js';
import { boolean, choice, duration, integer, size, text } from '../types.js';
import { commonOptions } from './common.js';
import { wholeChunksPerBlock } from './rules.js';

/** What the DFS client and the commands read. */
export const clientOptions = {
  ...commonOptions,
  failoverAttempts: option({
    key: 'dfs.client.failover.max.attempts',
    type: integer(0),
    default: '15',
    help: 'Times that a call moves on to another namenode.',
  }),
  failoverSleepBaseMs: option({
    key: 'dfs.client.failover.sleep.base.millis',
    type: duration('ms'),
    default: '500',
    help: 'The first pause between such moves; each is about twice the one before.',
  }),
  failoverSleepMaximumMs: option({
    key: 'dfs.client.failover.sleep.max.millis',
    type: duration('ms'),
    default: '15000',
    help: 'The longest pause between such moves.',
  }),
  failoverRandomOrder: option({
    key: 'dfs.client.failover.random.order',
    type: boolean(),
    default: 'true',
    help: 'Asks the namenodes in random order.',
  }),
  blockWriteRetries: option({
    key: 'dfs.client.block.write.retries',
    type: integer(0),
    default: '3',
    help: 'Times that a block whose pipeline could not be built is abandoned and asked for again.',
  }),
  locateFollowingBlockRetries: option({
    key: 'dfs.client.block.write.locateFollowingBlock.retries',
    type: integer(0),
    default: '5',
    help: 'Times that the next block or the end of a file is asked for while replicas are being reported.',
  }),
  locateFollowingBlockDelayMs: option({
    key: 'dfs.client.block.write.locateFollowingBlock.initial.delay.ms',
    type: duration('ms'),
    default: '400',
    help: 'The first pause between these; each is twice the one before.',
  }),
  locateFollowingBlockMaximumDelayMs: option({
    key: 'dfs.client.block.write.locateFollowingBlock.max.delay.ms',
    type: duration('ms'),
    default: '60000',
    help: 'The longest pause between these.',
  }),
  replaceDatanodeEnabled: option({
    key: 'dfs.client.block.write.replace-datanode-on-failure.enable',
    type: boolean(),
    default: 'true',
    help: 'Whether a datanode that fails in a pipeline may be replaced.',
  }),
  replaceDatanodePolicy: option({
    key: 'dfs.client.block.write.replace-datanode-on-failure.policy',
    type: choice('DEFAULT', 'ALWAYS', 'NEVER'),
    default: 'DEFAULT',
    help: 'When it is: DEFAULT if at least three replicas are wanted and half are gone, or the data was flushed.',
  }),
  replaceDatanodeBestEffort: option({
    key: 'dfs.client.block.write.replace-datanode-on-failure.best-effort',
    type: boolean(),
    default: 'false',
    help: 'Goes on with fewer datanodes when none can be had.',
  }),
  replaceDatanodeMinimum: option({
    key: 'dfs.client.block.write.replace-datanode-on-failure.min-replication',
    type: integer(0, 32_767),
    default: '0',
    help: 'Goes on without replacement while at least this many are left; 0 never does.',
  }),
  pipelineRecoveryRetries: option({
    key: 'dfs.client.pipeline.recovery.max-retries',
    type: integer(0),
    default: '5',
    help: 'Times that the pipeline is recovered for one and the same packet.',
  }),
  datanodeRestartTimeoutMs: option({
    key: 'dfs.client.datanode-restart.timeout',
    type: duration('s'),
    default: '30',
    help: 'How long a datanode that announced its restart is waited for.',
  }),
  excludedNodesExpiryMs: option({
    key: 'dfs.client.write.exclude.nodes.cache.expiry.interval.millis',
    type: duration('ms', 1),
    default: '600000',
    help: 'How long a writer avoids a datanode that failed.',
  }),
  maximumPacketsInFlight: option({
    key: 'dfs.client.write.max-packets-in-flight',
    type: integer(1, 4096),
    default: '80',
    help: 'Packets sent and not acknowledged.',
  }),
  readPrefetchBytes: optional({
    key: 'dfs.client.read.prefetch.size',
    type: size(1),
    help: 'How far ahead block locations are asked for; ten blocks by default.',
  }),
  blockAcquireFailures: option({
    key: 'dfs.client.max.block.acquire.failures',
    type: integer(1),
    default: '3',
    help: 'Times that all replicas of a block may fail before a read does.',
  }),
  retryWindowBaseMs: option({
    key: 'dfs.client.retry.window.base',
    type: duration('ms'),
    default: '3000',
    help: 'Base of the pause before the replicas are tried again.',
  }),
  lastBlockLengthRetries: option({
    key: 'dfs.client.retry.times.get-last-block-length',
    type: integer(0),
    default: '3',
    help: 'Times that the length of a block being written is asked for.',
  }),
  lastBlockLengthRetryMs: option({
    key: 'dfs.client.retry.interval-ms.get-last-block-length',
    type: duration('ms'),
    default: '4000',
    help: 'Pause between these.',
  }),
  serverDefaultsValidityMs: option({
    key: 'dfs.client.server-defaults.validity.period.ms',
    type: duration('ms'),
    default: '3600000',
    help: 'How long the defaults that the namenode told are believed.',
  }),
  homePrefix: option({
    key: 'dfs.user.home.dir.prefix',
    type: text(),
    default: '/user',
    help: 'The folder in which home folders lie.',
  }),
  datanodeKeepaliveMs: option({
    key: 'dfs.client.socketcache.expiryMsec',
    type: duration('ms'),
    default: '3000',
    help: 'How long an idle connection to a datanode is kept for the next read.',
  }),
  socketCacheCapacity: option({
    key: 'dfs.client.socketcache.capacity',
    type: integer(0),
    default: '16',
    help: 'Idle connections kept.',
  }),
};

/** What must hold between them. */
export const clientRules: readonly ConfigRule[] = [wholeChunksPerBlock];
