/** Lets operations on the same block follow one another. Blocks without one cost nothing. */
export class Turns {
  private readonly last = new Map<number, Promise<unknown>>();

  run<T>(blockId: number, action: () => Promise<T>): Promise<T> {
    const before = this.last.get(blockId);
    const result = before === undefined ? action() : before.then(action, action);
    this.last.set(blockId, result);
    const forget = () => {
      if (this.last.get(blockId) === result) this.last.delete(blockId);
    };
    result.then(forget, forget);
    return result;
  }
}
