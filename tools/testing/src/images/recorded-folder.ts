import type { Random } from '@rfs/base/seams';
import type { RecordedFile } from './recorded-file.js';
import type { Survival } from './survival.js';

export type RecordedNode = RecordedFile | RecordedFolder;

interface Change {
  readonly name: string;
  /** null: the name goes. */
  readonly node: RecordedNode | null;
  /** The name that goes with a renaming. */
  readonly before?: string;
}

/** The names in a folder as a record of its changes tells them: what is durable, and what came after that. */
export class RecordedFolder {
  private readonly durable = new Map<string, RecordedNode>();
  private changes: Change[] = [];
  private durableChanges = 0;

  /** Of all changes so far. */
  get position(): number {
    return this.durableChanges + this.changes.length;
  }

  add(name: string, node: RecordedNode): void {
    this.changes.push({ name, node });
  }

  remove(name: string): void {
    this.changes.push({ name, node: null });
  }

  rename(before: string, name: string): void {
    this.changes.push({ name, node: this.current().get(before) ?? null, before });
  }

  /** A sync has ended that began at `position`. */
  synced(position: number): void {
    while (this.durableChanges < position) {
      apply(this.durable, this.changes.shift() as Change);
      this.durableChanges++;
    }
  }

  /** As processes see it. */
  current(): Map<string, RecordedNode> {
    const names = new Map(this.durable);
    for (const change of this.changes) apply(names, change);
    return names;
  }

  /** What power loss may leave: everything durable, and of what came after any part. */
  afterPowerLoss(random: Random, survival: Survival): Map<string, RecordedNode> {
    const names = new Map(this.durable);
    for (const change of this.changes) if (survival.lives(random)) apply(names, change);
    return names;
  }
}

function apply(names: Map<string, RecordedNode>, { name, node, before }: Change): void {
  if (before !== undefined && names.get(before) === node) names.delete(before);
  if (node === null) names.delete(name);
  else names.set(name, node);
}
