const SMALLEST = 16;

/** A first-in first-out queue whose every operation is constant time, however many wait. */
export class Ring<T> {
  private slots: (T | undefined)[] = new Array<T | undefined>(SMALLEST).fill(undefined);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Adds at the end. */
  push(value: T): void {
    if (this.count === this.slots.length) this.resize(this.count * 2);
    this.slots[(this.head + this.count) & (this.slots.length - 1)] = value;
    this.count++;
  }

  /** Takes the oldest; undefined when there is none. */
  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const value = this.slots[this.head];
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.count--;
    // A burst's memory is given back once a quarter is in use; half stays free, so that the size does not flutter.
    if (this.slots.length > SMALLEST * 16 && this.count * 4 < this.slots.length) this.resize(this.slots.length / 2);
    return value;
  }

  /** The oldest, which stays. */
  peek(): T | undefined {
    return this.slots[this.head];
  }

  /** The value `index` places behind the oldest. */
  at(index: number): T | undefined {
    return index >= 0 && index < this.count ? this.slots[(this.head + index) & (this.slots.length - 1)] : undefined;
  }

  clear(): void {
    this.slots = new Array<T | undefined>(SMALLEST).fill(undefined);
    this.head = 0;
    this.count = 0;
  }

  private resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity).fill(undefined);
    for (let i = 0; i < this.count; i++) slots[i] = this.slots[(this.head + i) & (this.slots.length - 1)];
    this.slots = slots;
    this.head = 0;
  }
}
