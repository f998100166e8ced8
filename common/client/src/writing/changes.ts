/** Wakes whoever waits for something to have changed; they look for themselves what it is. */
export class Changes {
  private waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  signal(): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}
