import type { NamenodeCaller } from './namenode-caller.js';

/** Chains of changes under way at the same time. */
const LANES = 32;

/** Paths and whether each exists once a change is carried out. */
export type After = readonly (readonly [path: string, exists: boolean])[];

/** Hears of each change before it is asked for, and once it is acknowledged. */
export interface LoadWatch {
  asked(after: After): void;
  acknowledged(after: After): void;
}

/**
 * Changes a namespace as fast as it goes and remembers what was acknowledged, so that after any crash every
 * acknowledged change can be looked for. Each chain has paths of its own; a chain whose last change has an unknown end
 * says nothing about the paths of that change.
 */
export class AcknowledgedLoad {
  private readonly caller: NamenodeCaller;
  private readonly root: string;
  private readonly watch: LoadWatch | undefined;
  private readonly expected = new Map<string, boolean>();
  private next = 0;
  private stopping = false;

  constructor(caller: NamenodeCaller, root: string, watch?: LoadWatch) {
    this.caller = caller;
    this.root = root;
    this.watch = watch;
  }

  /** Paths whose state is known. */
  get acknowledged(): number {
    return this.expected.size;
  }

  /** Works until a call's end is unknown in every lane, or until `stop`. */
  async run(): Promise<void> {
    this.stopping = false;
    await Promise.all(Array.from({ length: LANES }, () => this.lane()));
  }

  stop(): void {
    this.stopping = true;
  }

  /** Looks for everything acknowledged so far, through `caller`; the paths that are not as they must be. */
  async missing(caller = this.caller): Promise<string[]> {
    const wrong: string[] = [];
    const entries = [...this.expected];
    for (let from = 0; from < entries.length; from += LANES) {
      const part = entries.slice(from, from + LANES);
      const found = await Promise.all(part.map(([path]) => caller.exists(path)));
      part.forEach(([path, wanted], index) => {
        if (found[index] !== wanted) wrong.push(`${path}: ${wanted ? 'lost' : 'came back'} (${found[index]})`);
      });
    }
    return wrong;
  }

  private async lane(): Promise<void> {
    while (!this.stopping && (await this.chain(this.next++)));
  }

  /** One chain of changes; false when the end of one is unknown. */
  private async chain(number: number): Promise<boolean> {
    const path = `${this.root}/${number % 16}/${number}`;
    const moved = `${path}-moved`;
    if (!(await this.step([[path, true]], () => this.create(path, number)))) return false;
    if (number % 4 === 2) {
      const after: [string, boolean][] = [
        [path, false],
        [moved, true],
      ];
      return this.step(after, () => this.caller.rename(path, moved));
    }
    if (number % 4 === 3) return this.step([[path, false]], () => this.caller.remove(path));
    return true;
  }

  private create(path: string, number: number): Promise<'done' | 'unknown'> {
    return number % 2 === 0 ? this.caller.mkdirs(path) : this.caller.makeFile(path);
  }

  private async step(after: After, change: () => Promise<'done' | 'unknown'>): Promise<boolean> {
    for (const [path] of after) this.expected.delete(path);
    this.watch?.asked(after);
    if ((await change()) === 'unknown') return false;
    this.watch?.acknowledged(after);
    for (const [path, exists] of after) this.expected.set(path, exists);
    return true;
  }
}
