import { FailureError } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import type { BlocksWithLocationsProto, DatanodeStorageReportProto } from '@rfs/protocol/messages';
import {
  type Block,
  classify,
  type Giver,
  giversOf,
  type Move,
  Moves,
  match,
  type Node,
  type Place,
  type Policy,
} from './planner/index.js';
import { BlockPinned } from './replace-block.js';

/** Datanodes of a move that failed are left alone for so long (Dispatcher.delayAfterErrors). */
const REST_MS = 10_000;
/** How long to wait for a move to end before looking again. */
const LOOK_AGAIN_MS = 1000;
/** Calls of getBlocks in a second at most (dfs.namenode.get-blocks.max-qps). */
const BLOCK_LISTS_PER_SECOND = 20;

export interface IterationOptions {
  readonly policy: Policy;
  readonly threshold: number;
  /** Datanodes that are balanced at all. */
  readonly takesPart: (node: Node) => boolean;
  readonly isSource: (node: Node) => boolean;
  readonly sortTopNodes: boolean;
  readonly blockBytes: number;
  readonly maxMovedBytes: number;
  readonly perNode: number;
  readonly allMoves: number;
  readonly listBytes: number;
  readonly noMoveMs: number;
  /** Below 0: no limit. */
  readonly maxIterationMs: number;
}

/** What an iteration asks of the world. */
export interface IterationWorld {
  readonly clock: Clock;
  readonly blocksOf: (node: Node, type: Place['type'], bytes: number) => Promise<BlocksWithLocationsProto['blocks']>;
  /** Fulfilled when the target has the replica. Throws FailureError or BlockPinned. */
  readonly replace: (move: Move) => Promise<void>;
  /** True when no more moves are to begin. */
  readonly stopped: () => boolean;
  readonly moved: (move: Move) => void;
  readonly failed: (move: Move, reason: string) => void;
}

/** What is to be done in an iteration, as the figures stand at its beginning. */
export interface IterationPlan {
  /** Bytes away from balance. */
  readonly bytesLeft: number;
  /** Bytes that can be given to somebody. */
  readonly bytesPlanned: number;
  readonly givers: readonly Giver[];
  /** All live datanodes, whether they take part or not. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/** Plans an iteration; each one begins from nothing but the reports, so that a balancer can be stopped at any time. */
export function plan(
  reports: readonly DatanodeStorageReportProto[],
  options: IterationOptions,
  shuffle: <T>(items: readonly T[]) => T[],
): IterationPlan {
  const all = shuffle(reports).map((report) => ({ report, node: nodeOf(report) }));
  const nodes = new Map(all.map(({ node }) => [node.uuid, node]));
  const classes = classify(
    all.filter(({ node }) => options.takesPart(node)),
    options,
  );
  const over = options.sortTopNodes ? classes.over.toSorted((a, b) => b.utilization - a.utilization) : classes.over;
  const givers = giversOf(match({ ...classes, over }));
  const bytesPlanned = givers.reduce((sum, giver) => sum + giver.leftBytes, 0);
  return { bytesLeft: classes.bytesLeft, bytesPlanned, givers, nodes };
}

function nodeOf({ datanodeInfo: info }: DatanodeStorageReportProto): Node {
  return { uuid: info.id.datanodeUuid, rack: info.location ?? '/default-rack', info };
}

/** Carries an iteration's plan out: every giver picks blocks, and as many move at once as the datanodes may. */
export class Iteration {
  private readonly options: IterationOptions;
  private readonly world: IterationWorld;
  private readonly nodes: ReadonlyMap<string, Node>;
  private readonly moves: Moves;
  private readonly endMs: number;
  private readonly wakers = new Set<() => void>();
  private nextListMs = 0;
  private movedBytes = 0;

  constructor({ nodes }: IterationPlan, options: IterationOptions, world: IterationWorld) {
    this.options = options;
    this.world = world;
    this.nodes = nodes;
    this.moves = new Moves({ perNode: options.perNode, all: options.allMoves });
    const { maxIterationMs } = options;
    this.endMs = maxIterationMs < 0 ? Number.POSITIVE_INFINITY : world.clock.monotonicMs() + maxIterationMs;
  }

  /** Fulfilled with the bytes that were moved, when nothing is under way any more. */
  async run(givers: readonly Giver[]): Promise<number> {
    await Promise.all(givers.map((giver) => this.give(giver)));
    while (this.moves.underWay > 0) await this.change();
    return this.movedBytes;
  }

  /** Source.dispatchBlocks */
  private async give(giver: Giver): Promise<void> {
    const { clock, stopped } = this.world;
    let lastMoveMs = clock.monotonicMs();
    while (giver.tasks.length > 0 && !stopped() && clock.monotonicMs() < this.endMs) {
      const nowMs = clock.monotonicMs();
      const move = this.moves.next(giver, nowMs);
      if (move !== undefined) {
        lastMoveMs = nowMs;
        void this.carryOut(move);
        continue;
      }
      this.moves.sweep(giver);
      if (giver.wantedBytes > 0) {
        if (!(await this.fetch(giver))) return;
      } else if (giver.blocks.length === 0 || nowMs - lastMoveMs > this.options.noMoveMs) return;
      else await this.change();
    }
  }

  /** Gets more blocks of the giver; false when there are none. */
  private async fetch(giver: Giver): Promise<boolean> {
    const { source, wantedBytes } = giver;
    await this.turnToList();
    const listed = await this.world.blocksOf(source.node, source.type, Math.min(this.options.listBytes, wantedBytes));
    const blocks = listed.map((each) => this.blockOf(each));
    const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
    giver.wantedBytes -= bytes;
    this.moves.offer(giver, blocks);
    return bytes > 0;
  }

  private async turnToList(): Promise<void> {
    const nowMs = this.world.clock.monotonicMs();
    const atMs = Math.max(nowMs, this.nextListMs);
    this.nextListMs = atMs + 1000 / BLOCK_LISTS_PER_SECOND;
    if (atMs > nowMs) await new Promise<void>((resolve) => void this.world.clock.setTimer(atMs - nowMs, resolve));
  }

  private blockOf({ block, datanodeUuids, storageTypes }: BlocksWithLocationsProto['blocks'][number]): Block {
    const places = datanodeUuids.flatMap((uuid, i): Place[] => {
      const node = this.nodes.get(uuid);
      const type = storageTypes[i];
      return node === undefined || type === undefined ? [] : [{ node, type }];
    });
    return { id: block.blockId, stamp: block.genStamp, bytes: block.numBytes ?? 0, places };
  }

  private async carryOut(move: Move): Promise<void> {
    const { world } = this;
    let failed = true;
    let restMs = REST_MS;
    try {
      await world.replace(move);
      failed = false;
      this.movedBytes += move.block.bytes;
      world.moved(move);
    } catch (error) {
      if (!(error instanceof FailureError || error instanceof BlockPinned)) throw error;
      if (error instanceof BlockPinned) restMs = 0;
      world.failed(move, error.message);
    } finally {
      this.moves.ended(move, failed, world.clock.monotonicMs() + restMs);
      for (const wake of [...this.wakers]) wake();
    }
  }

  /** Until a move has ended, or for a second. */
  private change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.wakers.delete(wake);
        resolve();
      };
      const timer = this.world.clock.setTimer(LOOK_AGAIN_MS, wake);
      this.wakers.add(wake);
    });
  }
}
