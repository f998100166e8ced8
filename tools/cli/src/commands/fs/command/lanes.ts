/** Runs so many pieces of work at a time; whoever brings one more waits until a lane is free. */
export class Lanes {
  private readonly width: number;
  private readonly running = new Set<Promise<void>>();
  private failure: { error: unknown } | undefined;

  constructor(width: number) {
    this.width = width;
  }

  /** Done when the work has begun. A failure of earlier work is thrown here or by {@link finish}. */
  async run(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.width) await Promise.race(this.running);
    this.rethrow();
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(task));
    this.running.add(task);
  }

  /** Waits for what is running. */
  async drain(): Promise<void> {
    await Promise.all(this.running);
  }

  async finish(): Promise<void> {
    await this.drain();
    this.rethrow();
  }

  private rethrow(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
