import { option } from '../option.js';
import { duration, integer, size } from '../types.js';

/** What `rfs balancer` reads besides what every client does: HDFS's keys, by the same names and defaults. */
export const balancerOptions = {
  movers: option({
    key: 'dfs.balancer.moverThreads',
    type: integer(1),
    default: '1000',
    help: 'Replicas that move at the same time, all datanodes together.',
  }),
  concurrentMoves: option({
    key: 'dfs.datanode.balance.max.concurrent.moves',
    type: integer(1),
    default: '100',
    help: 'Replicas that one datanode sends or receives at the same time; datanodes refuse more than their own setting.',
  }),
  getBlocksBytes: option({
    key: 'dfs.balancer.getBlocks.size',
    type: size(1),
    default: '2g',
    help: 'Bytes of blocks that a namenode is asked for at a time.',
  }),
  minBlockBytes: option({
    key: 'dfs.balancer.getBlocks.min-block-size',
    type: size(1),
    default: '10m',
    help: 'Smaller blocks are not moved.',
  }),
  hotBlockMs: option({
    key: 'dfs.balancer.getBlocks.hot-time-interval',
    type: duration('ms', 0),
    default: '0',
    help: 'Blocks of files that were read within this time are moved last; 0 makes no difference between them.',
  }),
  maxMovedBytes: option({
    key: 'dfs.balancer.max-size-to-move',
    type: size(1),
    default: '10g',
    help: 'What one datanode gives or takes in one iteration at most.',
  }),
  moveTimeoutMs: option({
    key: 'dfs.balancer.block-move.timeout',
    type: duration('ms', 0),
    default: '0',
    help: 'A move that takes longer is given up; 0 waits as long as the datanode says that it goes on.',
  }),
  noMoveMs: option({
    key: 'dfs.balancer.max-no-move-interval',
    type: duration('ms', 0),
    default: '60000',
    help: 'A datanode from which nothing could be moved for so long is left out of the iteration.',
  }),
  maxIterationMs: option({
    key: 'dfs.balancer.max-iteration-time',
    type: duration('ms', Number.NEGATIVE_INFINITY),
    default: '1200000',
    help: 'After this time an iteration starts no more moves; below 0 there is no limit.',
  }),
  heartbeatIntervalMs: option({
    key: 'dfs.heartbeat.interval',
    type: duration('s', 1),
    default: '3',
    help: 'Two of these, and the interval below, lie between two iterations: until then figures are old.',
  }),
  redundancyIntervalMs: option({
    key: 'dfs.namenode.redundancy.interval.seconds',
    type: duration('s', 1),
    default: '3',
    help: 'See above.',
  }),
};
