import type { After, LoadWatch } from '../load/index.js';

interface Transition {
  readonly exists: boolean;
  readonly askedAt: number;
  acknowledgedAt: number;
}

/** What a load asked for and what was acknowledged, each with the length that the record had by then. */
export class LoadHistory implements LoadWatch {
  private readonly paths = new Map<string, Transition[]>();
  private readonly recordedBytes: () => number;
  /** How many changes were acknowledged. */
  changes = 0;

  constructor(recordedBytes: () => number) {
    this.recordedBytes = recordedBytes;
  }

  asked(after: After): void {
    const askedAt = this.recordedBytes();
    for (const [path, exists] of after) {
      const before = this.paths.get(path);
      const transition = { exists, askedAt, acknowledgedAt: Number.POSITIVE_INFINITY };
      if (before === undefined) this.paths.set(path, [transition]);
      else before.push(transition);
    }
  }

  acknowledged(after: After): void {
    const at = this.recordedBytes();
    for (const [path] of after) (this.paths.get(path)?.at(-1) as Transition).acknowledgedAt = at;
    this.changes++;
  }

  /** What is wrong when `found` is all there is below the load's root after the power went off at `offset`. */
  wrongIn(found: ReadonlySet<string>, offset: number): string[] {
    const wrong: string[] = [];
    for (const [path, transitions] of this.paths) {
      let allowed = new Set([false]);
      for (const { exists, askedAt, acknowledgedAt } of transitions) {
        if (acknowledgedAt <= offset) allowed = new Set([exists]);
        else if (askedAt <= offset) allowed.add(exists);
      }
      if (!allowed.has(found.has(path))) wrong.push(`${path} ${found.has(path) ? 'came back' : 'is lost'}`);
    }
    for (const path of found) if (!this.paths.has(path)) wrong.push(`${path} was never asked for`);
    return wrong;
  }
}
