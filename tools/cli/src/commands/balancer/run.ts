import { balancerOptions, clientOptions } from '@rfs/base/config';
import { FailureError } from '@rfs/base/failure';
import type { Clock, Random } from '@rfs/base/seams';
import { clientSettings } from '@rfs/client/settings';
import { rowOf } from '@rfs/protocol/exceptions';
import type { ClientConfig } from '../../hadoop/index.js';
import type { Terminal } from '../../terminal/index.js';
import type { BalancedCluster } from './cluster.js';
import { isNamed, type NodeSet } from './host-words.js';
import { Iteration, type IterationOptions, type IterationPlan, type IterationWorld, plan } from './iteration.js';
import type { Move, Node } from './planner/index.js';
import { Progress } from './progress.js';
import { replaceBlock } from './replace-block.js';
import type { StatusName } from './statuses.js';
import { type IterationResult, TABLE_HEAD, tableRow } from './table.js';
import type { BalancerWords } from './words.js';

/** HdfsConstants.READ_TIMEOUT times five: a datanode says twice in each that a move goes on. */
const SILENCE_MS = 300_000;

/** Who takes part, as the user named them; undefined where nobody was. */
export interface NamedNodes {
  readonly included: NodeSet | undefined;
  readonly excluded: NodeSet | undefined;
  readonly sources: NodeSet | undefined;
}

export interface BalancerRun {
  readonly words: BalancerWords;
  readonly named: NamedNodes;
  readonly config: ClientConfig;
  readonly cluster: BalancedCluster;
  readonly poolId: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** The user wants it to end. */
  readonly stop: AbortSignal;
}

/** Balances iteration after iteration, until there is nothing to do or nothing can be done (Balancer.doBalance). */
export class Balancer {
  private readonly run: BalancerRun;
  private readonly options: IterationOptions;
  private movedBytes = 0;
  private movedBlocks = 0;
  private idle = 0;

  constructor(run: BalancerRun) {
    this.run = run;
    this.options = optionsOf(run);
  }

  async balance(): Promise<StatusName> {
    const { terminal, words, config, clock, stop } = this.run;
    const { config: settings } = config;
    const pauseMs =
      2 * settings.get(balancerOptions.heartbeatIntervalMs) + settings.get(balancerOptions.redundancyIntervalMs);
    if (!words.json) terminal.out(TABLE_HEAD);
    for (let iteration = 0; ; iteration++) {
      const result = await this.iterate(iteration);
      if (words.json) terminal.out(`${JSON.stringify({ ...result, namenode: config.defaultFs })}\n`);
      else terminal.out(tableRow(clock.nowMs(), result, config.defaultFs));
      if (result.status === 'SUCCESS' && !words.json) terminal.out('The cluster is balanced. Exiting...\n');
      if (result.status !== 'IN_PROGRESS') return result.status;
      await pause(pauseMs, clock, stop);
    }
  }

  /** Balancer.runOneIteration */
  private async iterate(iteration: number): Promise<IterationResult> {
    let bytesLeftToMove = -1;
    let bytesBeingMoved = -1;
    const ended = (status: StatusName): IterationResult => {
      const { movedBytes: bytesAlreadyMoved, movedBlocks: blocksMoved } = this;
      return { status, iteration, bytesAlreadyMoved, bytesLeftToMove, bytesBeingMoved, blocksMoved };
    };
    const { cluster, words, stop } = this.run;
    try {
      const planned = plan(await cluster.reports(), this.options, (items) => this.shuffle(items));
      bytesLeftToMove = planned.bytesLeft;
      bytesBeingMoved = 0;
      if (stop.aborted) return ended('INTERRUPTED');
      if (bytesLeftToMove === 0) return ended('SUCCESS');
      if (!words.runDuringUpgrade && (await cluster.isUpgrading())) {
        this.tell('Balancer exiting as upgrade is not finalized, please finalize the HDFS upgrade first.');
        bytesBeingMoved = -1;
        return ended('UNFINALIZED_UPGRADE');
      }
      bytesBeingMoved = planned.bytesPlanned;
      if (bytesBeingMoved === 0) {
        this.tell('No block can be moved. Exiting...');
        return ended('NO_MOVE_BLOCK');
      }
      const movedNow = await this.carryOut(iteration, planned);
      if (stop.aborted) return ended('INTERRUPTED');
      return ended(this.goesOn(movedNow) ? 'IN_PROGRESS' : 'NO_MOVE_PROGRESS');
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      this.tell(exitText(error));
      return ended('IO_EXCEPTION');
    }
  }

  private async carryOut(iteration: number, planned: IterationPlan): Promise<number> {
    const { terminal, clock, words, cluster, config, stop, poolId } = this.run;
    const settings = clientSettings(config.config);
    const hotBlockMs = words.hotBlockMs || config.config.get(balancerOptions.hotBlockMs);
    const minBlockBytes = config.config.get(balancerOptions.minBlockBytes);
    const replacing = {
      poolId,
      connectTimeoutMs: settings.socketTimeoutMs,
      silenceMs: SILENCE_MS,
      moveTimeoutMs: config.config.get(balancerOptions.moveTimeoutMs),
      useHostname: settings.useDatanodeHostname,
      stop,
    };
    const progress = new Progress(terminal, clock, `iteration ${iteration}`, planned.bytesPlanned);
    let failures = 0;
    let lastFailure = '';
    const world: IterationWorld = {
      clock,
      blocksOf: (node, type, bytes) => cluster.blocksOf(node, type, bytes, minBlockBytes, hotBlockMs),
      replace: (move) => replaceBlock(move, replacing, clock),
      stopped: () => stop.aborted,
      moved: ({ block }: Move) => {
        this.movedBytes += block.bytes;
        this.movedBlocks++;
        progress.advance(block.bytes);
      },
      failed: (_move, reason) => {
        failures++;
        lastFailure = reason;
      },
    };
    try {
      return await new Iteration(planned, this.options, world).run(planned.givers);
    } finally {
      progress.end();
      if (failures > 0 && !stop.aborted) terminal.err(`${failures} moves failed, the last one: ${lastFailure}\n`);
    }
  }

  /** NameNodeConnector.shouldContinue */
  private goesOn(movedNow: number): boolean {
    const { idleIterations } = this.run.words;
    this.idle = movedNow > 0 ? 0 : this.idle + 1;
    if (idleIterations < 0 || this.idle < Math.max(1, idleIterations)) return true;
    this.tell(`No block has been moved for ${this.idle} iterations. Exiting...`);
    return false;
  }

  private tell(text: string): void {
    const { terminal, words } = this.run;
    if (words.json) terminal.err(`${text}\n`);
    else terminal.out(`${text}\n`);
  }

  private shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.run.random.below(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
    }
    return shuffled;
  }
}

/** What HDFS's balancer says of an exception that ends it. */
export function exitText({ failure, message }: FailureError): string {
  return `${rowOf(failure.code).javaClass}: ${message}.  Exiting ...`;
}

function optionsOf({ words, named, config: { config } }: BalancerRun): IterationOptions {
  const o = balancerOptions;
  const { included, excluded, sources } = named;
  return {
    policy: words.policy,
    threshold: words.threshold,
    takesPart: ({ info }: Node) =>
      (info.adminState ?? 0) === 0 &&
      !(excluded !== undefined && isNamed(excluded, info.id)) &&
      (included === undefined || isNamed(included, info.id)),
    isSource: ({ info }: Node) => sources === undefined || isNamed(sources, info.id),
    sortTopNodes: words.sortTopNodes,
    blockBytes: config.get(clientOptions.blockSizeBytes),
    maxMovedBytes: config.get(o.maxMovedBytes),
    perNode: config.get(o.concurrentMoves),
    allMoves: config.get(o.movers),
    listBytes: config.get(o.getBlocksBytes),
    noMoveMs: config.get(o.noMoveMs),
    maxIterationMs: config.get(o.maxIterationMs),
  };
}

/** Until the time has passed or the user stops it. */
function pause(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(ms, done);
    stop.addEventListener('abort', done);
    if (stop.aborted) done();
  });
}
