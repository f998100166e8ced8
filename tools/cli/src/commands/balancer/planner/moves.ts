import type { Block, Move, Node, StorageGroup, Task } from './model.js';

export interface MoveLimits {
  /** Moves that one datanode takes part in at the same time. */
  readonly perNode: number;
  /** Moves at the same time, all together. */
  readonly all: number;
}

/**
 * What one datanode gives in an iteration: its tasks, and the blocks it could give.
 */
export class Giver {
  readonly source: StorageGroup;
  readonly tasks: Task[];
  blocks: Block[] = [];
  /** Bytes still to be asked for: twice what is planned, as not every block can go everywhere. */
  wantedBytes: number;

  constructor(source: StorageGroup, tasks: readonly Task[]) {
    this.source = source;
    this.tasks = [...tasks];
    this.wantedBytes = 2 * this.leftBytes;
  }

  get leftBytes(): number {
    return this.tasks.reduce((all, { leftBytes }) => all + leftBytes, 0);
  }
}

/** The tasks by who gives. */
export function giversOf(tasks: readonly Task[]): Giver[] {
  const bySource = new Map<StorageGroup, Task[]>();
  for (const task of tasks) {
    const own = bySource.get(task.source);
    if (own === undefined) bySource.set(task.source, [task]);
    else own.push(task);
  }
  return [...bySource].map(([source, own]) => new Giver(source, own));
}

/** Chooses moves one by one (Dispatcher.PendingMove) and keeps in mind which are under way. Times are monotonic ms. */
export class Moves {
  private readonly limits: MoveLimits;
  /** Blocks that were moved, or are being: they are not moved again before the next iteration. */
  private readonly moved = new Set<number>();
  private readonly busy = new Map<Node, number>();
  private readonly restingUntil = new Map<Node, number>();
  private running = 0;

  constructor(limits: MoveLimits) {
    this.limits = limits;
  }

  get underWay(): number {
    return this.running;
  }

  /** The next move of a giver, which is under way from now on; undefined when there is none now. */
  next(giver: Giver, nowMs: number): Move | undefined {
    if (this.running >= this.limits.all) return undefined;
    for (const task of giver.tasks) {
      if (!this.isFree(task.target.node, nowMs)) continue;
      const move = this.choose(giver, task, nowMs);
      if (move === undefined) continue;
      task.leftBytes -= move.block.bytes;
      if (task.leftBytes <= 0) giver.tasks.splice(giver.tasks.indexOf(task), 1);
      this.begin(move);
      return move;
    }
    return undefined;
  }

  /** The move has ended. One that failed may be tried again; `restUntilMs` spares its datanodes meanwhile. */
  ended(move: Move, failed: boolean, restUntilMs: number): void {
    this.running--;
    this.count(move.target.node, -1);
    this.count(move.proxy, -1);
    if (!failed) return;
    this.moved.delete(move.block.id);
    this.restingUntil.set(move.target.node, restUntilMs);
    this.restingUntil.set(move.proxy, restUntilMs);
  }

  /** Keeps what any of the giver's tasks could use of `blocks`. */
  offer(giver: Giver, blocks: readonly Block[]): void {
    const known = new Set(giver.blocks.map(({ id }) => id));
    for (const block of blocks) {
      if (known.has(block.id)) continue;
      if (giver.tasks.some((task) => this.isGood(block, task))) giver.blocks.push(block);
    }
  }

  /** Forgets blocks that others have moved meanwhile. */
  sweep(giver: Giver): void {
    giver.blocks = giver.blocks.filter(({ id }) => !this.moved.has(id));
  }

  private choose(giver: Giver, task: Task, nowMs: number): Move | undefined {
    for (let i = 0; i < giver.blocks.length; i++) {
      const block = giver.blocks[i] as Block;
      if (!this.isGood(block, task)) continue;
      const proxy = this.proxyOf(block, task, nowMs);
      if (proxy === undefined) continue;
      giver.blocks.splice(i, 1);
      return { block, source: task.source, target: task.target, proxy };
    }
    return undefined;
  }

  /** Dispatcher.isGoodBlockCandidate. */
  private isGood(block: Block, { source, target }: Task): boolean {
    if (this.moved.has(block.id)) return false;
    if (block.places.some(({ node }) => node === target.node)) return false;
    if (!block.places.some(({ node }) => node === source.node)) return false;
    return keepsRacks(block, source.node, target.node);
  }

  /** A replica on the target's rack if one can be had, or any (PendingMove.chooseProxySource). */
  private proxyOf(block: Block, { target }: Task, nowMs: number): Node | undefined {
    let any: Node | undefined;
    for (const { node } of block.places) {
      if (!this.isFree(node, nowMs)) continue;
      if (node.rack === target.node.rack) return node;
      any ??= node;
    }
    return any;
  }

  private isFree(node: Node, nowMs: number): boolean {
    return (this.busy.get(node) ?? 0) < this.limits.perNode && (this.restingUntil.get(node) ?? 0) <= nowMs;
  }

  private begin(move: Move): void {
    this.moved.add(move.block.id);
    this.running++;
    this.count(move.target.node, 1);
    this.count(move.proxy, 1);
  }

  private count(node: Node, change: 1 | -1): void {
    this.busy.set(node, (this.busy.get(node) ?? 0) + change);
  }
}

/** The move leaves the block on as many racks as it is on (BlockPlacementPolicyDefault.isMovable). */
function keepsRacks(block: Block, source: Node, target: Node): boolean {
  if (source.rack === target.rack) return true;
  let onSource = 0;
  let onTarget = 0;
  for (const { node } of block.places) {
    if (node.rack === source.rack) onSource++;
    else if (node.rack === target.rack) onTarget++;
  }
  return onSource > 1 || onTarget === 0;
}
