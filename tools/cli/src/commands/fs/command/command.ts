import { byPath, type Item, itemsMatching } from '../model/item.js';
import { isExpected, notFound } from './errors.js';
import type { Shell } from './shell.js';

/** What stands in the list of commands. */
export interface CommandInfo {
  readonly name: string;
  /** Arguments in short, as Hadoop's shell shows them. */
  readonly usage: string;
  /** For `-help`. */
  readonly help: string;
  /** The command to use instead of this one. */
  readonly replacedBy?: string;
}

/**
 * A command of the shell: options, then paths with wildcards, then each path and, where wanted, what is below it.
 * What goes wrong with one path is reported and the next one is tried; the exit code is then 1 (Hadoop's Command).
 */
export abstract class Command {
  protected readonly shell: Shell;
  private readonly name: string;
  protected recursive = false;
  /** 0 for the paths that were named, more below them. */
  protected depth = 0;
  /** The exit code when no path failed. */
  protected exitCode = 0;
  private failures = 0;

  constructor(shell: Shell, name: string) {
    this.shell = shell;
    this.name = name;
  }

  /** Runs with the arguments after the command's name; the exit code. Refuses with UsageError. */
  async run(args: readonly string[]): Promise<number> {
    const rest = [...args];
    try {
      await this.takeOptions(rest);
      await this.processArguments(await this.expandArguments(rest));
      await this.finish();
    } catch (error) {
      this.report(error);
    }
    return this.failures === 0 ? this.exitCode : 1;
  }

  /** Takes options, and arguments that are no paths to go through, out of `args`. */
  protected abstract takeOptions(args: string[]): void | Promise<void>;

  /** What the command does with one path that is there. */
  protected abstract process(item: Item): void | Promise<void>;

  /** What it does after the path and everything below it. */
  protected afterwards(_item: Item): void | Promise<void> {}

  protected missing(item: Item): void | Promise<void> {
    throw notFound(item.toString());
  }

  /** What is left to do when all paths are through. */
  protected finish(): void | Promise<void> {}

  protected expand(arg: string): Promise<Item[]> {
    return expandOrRefuse(this.shell, arg);
  }

  protected async processArguments(items: Item[]): Promise<void> {
    for (const item of items) await this.guard(() => this.processArgument(item));
  }

  protected async processArgument(item: Item): Promise<void> {
    if (!item.exists) return this.missing(item);
    this.depth = 0;
    await this.processNamed(item);
  }

  /** A path that was named on the command line and is there. */
  protected processNamed(item: Item): Promise<void> {
    return this.processAll([item]);
  }

  protected async processAll(items: readonly Item[]): Promise<void> {
    for (const item of items) await this.guard(() => this.processOne(item));
  }

  /** True when children are to be sorted before they are gone through, which needs all of them in memory. */
  protected get sorted(): boolean {
    return false;
  }

  /** Children are handed to {@link processChildren} in groups of this size. */
  protected get groupSize(): number {
    return 1;
  }

  /** Some children of a directory; all of them when {@link sorted}. */
  protected processChildren(_parent: Item, children: Item[]): Promise<void> {
    return this.processAll(children);
  }

  protected async descend(item: Item): Promise<void> {
    this.depth++;
    try {
      if (this.sorted) {
        const children: Item[] = [];
        for await (const child of item.children()) children.push(child);
        await this.processChildren(item, children.sort(byPath));
        return;
      }
      let group: Item[] = [];
      for await (const child of item.children()) {
        group.push(child);
        if (group.length < this.groupSize) continue;
        await this.processChildren(item, group);
        group = [];
      }
      if (group.length > 0) await this.processChildren(item, group);
    } finally {
      this.depth--;
    }
  }

  protected canDescend(item: Item): boolean {
    return item.status?.kind === 'directory';
  }

  /** Tells of a failure on standard error; what is not a failure of a path or of the file system is thrown on. */
  protected report(error: unknown): void {
    if (!isExpected(error)) throw error;
    this.failures++;
    this.warn(error.message.split('\n', 1)[0]!);
  }

  /** A line on standard error that does not change the exit code. */
  protected warn(text: string): void {
    this.shell.err.line(`${this.name}: ${text}`);
  }

  protected async guard(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.report(error);
    }
    await this.shell.out.settle();
  }

  private async processOne(item: Item): Promise<void> {
    await this.process(item);
    if (this.recursive && this.canDescend(item)) await this.descend(item);
    await this.afterwards(item);
  }

  private async expandArguments(args: string[]): Promise<Item[]> {
    const items: Item[] = [];
    for (const arg of args) {
      await this.guard(async () => {
        items.push(...(await this.expand(arg)));
      });
    }
    return items;
  }
}

/** The items that a typed name with wildcards stands for; refused when there are none. */
export async function expandOrRefuse(shell: Shell, arg: string): Promise<Item[]> {
  const items = await itemsMatching(shell.systems, arg);
  if (items.length === 0) throw notFound(arg);
  return items;
}
