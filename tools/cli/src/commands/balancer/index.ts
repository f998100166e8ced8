import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import process from 'node:process';
import { balancerOptions } from '@rfs/base/config';
import { FailureError } from '@rfs/base/failure';
import { systemClock, systemRandom } from '@rfs/base/system';
import { clientConfig, type GenericOptions, takeGeneric } from '../../hadoop/index.js';
import { refuse, UsageError } from '../../options/index.js';
import type { Command, CommandContext } from '../../terminal/index.js';
import { BalancedCluster } from './cluster.js';
import { namedNodes } from './host-words.js';
import { BalancerLock } from './lock.js';
import { Balancer, exitText } from './run.js';
import { exitCodeOf, type StatusName } from './statuses.js';
import { tookLine } from './table.js';
import { BALANCER_USAGE, type BalancerWords, balancerWords, WrongWords } from './words.js';

/** What Hadoop's tools end with when they are misused: -1. */
const EXIT_MISUSED = 255;

/** `rfs balancer`: HDFS's options, its table and its exit codes; it works against Apache's servers as well. */
export const balancer: Command = {
  async run(args, context) {
    const { terminal } = context;
    const startedMs = systemClock.monotonicMs();
    try {
      const generic = takeGeneric(args);
      if (generic.rest.some((word) => ['-help', '--help', '-h'].includes(word))) {
        terminal.out(BALANCER_USAGE);
        return 0;
      }
      const words = balancerWords(generic.json ? [...generic.rest, '--json'] : generic.rest);
      const status = await balanced(words, generic, context);
      if (!words.json) terminal.out(tookLine(systemClock.nowMs(), Math.round(systemClock.monotonicMs() - startedMs)));
      return exitCodeOf(status);
    } catch (error) {
      if (!(error instanceof WrongWords)) return refuse('balancer', error, terminal);
      terminal.err(`${error.message}\n${BALANCER_USAGE}`);
      return EXIT_MISUSED;
    }
  },
};

async function balanced(words: BalancerWords, generic: GenericOptions, context: CommandContext): Promise<StatusName> {
  const { terminal, workingFolder } = context;
  const config = clientConfig(generic, context, balancerOptions);
  const authority = /^hdfs:\/\/([^/]+)/.exec(config.defaultFs)?.[1];
  if (authority === undefined) throw new UsageError(`FileSystem ${config.defaultFs} is not an HDFS file system`);
  const random = systemRandom();
  const cluster = new BalancedCluster(authority, config, systemClock, random.fork('cluster'));
  const interrupt = new AbortController();
  // Every move under way listens, and there may be a thousand.
  setMaxListeners(0, interrupt.signal);
  const stop = (): void => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let lock: BalancerLock | undefined;
  try {
    const named = {
      included: await namedNodes(words.included, workingFolder),
      excluded: await namedNodes(words.excluded, workingFolder),
      sources: await namedNodes(words.sources, workingFolder),
    };
    const poolId = await cluster.blockPoolId();
    lock = await BalancerLock.take(cluster.files, hostname(), systemClock);
    if (words.blockPools.length > 0 && !words.blockPools.includes(poolId)) {
      terminal.err(`Skipping blockpool ${poolId}\n`);
      return 'SUCCESS';
    }
    const outside = { terminal, clock: systemClock, random, stop: interrupt.signal };
    return await new Balancer({ words, named, config, cluster, poolId, ...outside }).balance();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const text = exitText(error);
    if (words.json) terminal.out(`${JSON.stringify({ status: 'IO_EXCEPTION', message: error.message })}\n`);
    else terminal.out(`${text}\n`);
    return 'IO_EXCEPTION';
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    const trouble = await lock?.release();
    if (trouble !== undefined) terminal.err(`${trouble}\n`);
    cluster.close();
  }
}
