import type { Random } from '../seams/index.js';
import type { SimulatedContent } from './simulated-content.js';

export type Node = SimulatedContent | SimulatedFolder;

/** A change of a folder's entries that no syncFolder has covered: `name` becomes `node`, and `from`, if set, goes. */
interface EntryChange {
  readonly name: string;
  readonly node: Node | null;
  readonly from: string | null;
}

/** A simulated folder: its entries as processes see them, and as the platter holds them. */
export class SimulatedFolder {
  private readonly cached = new Map<string, Node>();
  private readonly durable = new Map<string, Node>();
  private unsynced: EntryChange[] = [];
  private syncedChanges = 0;

  names(): string[] {
    return [...this.cached.keys()];
  }

  get(name: string): Node | undefined {
    return this.cached.get(name);
  }

  put(name: string, node: Node): void {
    this.change({ name, node, from: null });
  }

  remove(name: string): void {
    this.change({ name, node: null, from: null });
  }

  rename(from: string, to: string): void {
    this.change({ name: to, node: this.cached.get(from)!, from });
  }

  /** How many changes there have been. */
  get changes(): number {
    return this.syncedChanges + this.unsynced.length;
  }

  /** The first `changes` changes are durable now. */
  sync(changes: number): void {
    const covered = this.unsynced.splice(0, Math.max(0, changes - this.syncedChanges));
    for (const change of covered) apply(this.durable, change);
    this.syncedChanges += covered.length;
  }

  /**
   * The folder found after a power loss: what was synced and any subset of the changes since, each whole or not at all;
   * a rename whose file did not reach the folder is lost with it.
   */
  afterCrash(random: Random): SimulatedFolder {
    const entries = new Map(this.durable);
    const mode = random.below(4);
    for (const change of this.unsynced) {
      const kept = mode === 0 ? false : mode === 1 || random.below(2) === 1;
      if (kept && (change.from === null || entries.get(change.from) === change.node)) apply(entries, change);
    }
    const found = new SimulatedFolder();
    for (const [name, node] of entries) {
      const after = node.afterCrash(random);
      found.cached.set(name, after);
      found.durable.set(name, after);
    }
    return found;
  }

  private change(change: EntryChange): void {
    apply(this.cached, change);
    this.unsynced.push(change);
  }
}

function apply(entries: Map<string, Node>, change: EntryChange): void {
  if (change.from !== null) entries.delete(change.from);
  if (change.node === null) entries.delete(change.name);
  else entries.set(change.name, change.node);
}
