import type { Datanode } from '../datanodes/datanode.js';

/** Datanodes that are out of the question during one choice; can be taken back to an earlier length. */
export class Exclusions {
  private marks = new Uint8Array(64);
  private readonly list: Datanode[] = [];

  get length(): number {
    return this.list.length;
  }

  /** False when it was in already. */
  add(datanode: Datanode): boolean {
    if (datanode.index >= this.marks.length) {
      const grown = new Uint8Array(Math.max(datanode.index + 1, this.marks.length * 2));
      grown.set(this.marks);
      this.marks = grown;
    }
    if (this.marks[datanode.index] === 1) return false;
    this.marks[datanode.index] = 1;
    this.list.push(datanode);
    return true;
  }

  has(datanode: Datanode): boolean {
    return this.marks[datanode.index] === 1;
  }

  /** Forgets all that were added after `length`. */
  rollBack(length: number): void {
    while (this.list.length > length) this.marks[(this.list.pop() as Datanode).index] = 0;
  }
}
