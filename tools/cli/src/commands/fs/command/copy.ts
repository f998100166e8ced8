import type { ByteSource } from '../files/contract.js';
import { type Item, itemNamed, itemsMatching, localItem } from '../model/item.js';
import { Command } from './command.js';
import { exists, failed, isDirectory, isNotDirectory, notFound, PathError, ShellError, UsageError } from './errors.js';
import { Lanes } from './lanes.js';
import type { Options } from './options.js';
import { Progress } from './progress.js';

/** What `-p` keeps: timestamps, ownership, permission; `a` and `x` stand for ACLs and extended attributes. */
export type Kept = 't' | 'o' | 'p' | 'a' | 'x';

/** A command whose last argument says where things go (Hadoop's CommandWithDestination). */
export abstract class CopyCommand extends Command {
  protected target!: Item;
  protected overwrite = false;
  /** Write under the final name at once, without `._COPYING_`. */
  protected direct = false;
  protected lazyPersist = false;
  protected verifyChecksum = true;
  protected writeChecksum = false;
  protected readonly kept = new Set<Kept>();
  protected progress: Progress | undefined;
  private lanes: Lanes | undefined;
  private laneCount = 1;

  /** Takes the last argument as a path of the default file system, wildcards allowed; `.` when it is the only one. */
  protected async takeTarget(args: string[]): Promise<void> {
    if (args.length < 2) {
      this.target = await itemNamed(this.shell.systems, '.');
      return;
    }
    const text = args.pop()!;
    const items = await itemsMatching(this.shell.systems, text);
    if (items.length === 0) throw notFound(text);
    if (items.length > 1) throw new PathError(text, 'Too many matches');
    this.target = items[0]!;
  }

  /** Takes the last argument as a path on this machine; `.` when it is the only one. */
  protected async takeLocalTarget(args: string[]): Promise<void> {
    this.target = await localItem(this.shell.systems, args.length < 2 ? '.' : args.pop()!);
  }

  /** `-t`: how many files are copied at a time. */
  protected setLanes(options: Options): void {
    for (const option of ['t', 'q']) {
      const text = options.value(option);
      if (text !== undefined && !/^[+-]?\d+$/.test(text)) throw new UsageError(`For input string: "${text}"`);
    }
    this.laneCount = Math.max(1, Number(options.value('t') ?? 1));
  }

  protected showProgress(): void {
    const { err, clock } = this.shell;
    if (err.isTerminal && this.shell.out.isTerminal) this.progress = new Progress(err, clock);
  }

  protected override async processArguments(items: Item[]): Promise<void> {
    const { target } = this;
    if (items.length > 1) {
      target.requireDirectory();
    } else if (target.exists) {
      if (target.existing().kind !== 'directory' && !this.overwrite) throw exists(target.toString());
    } else if (!(await target.parentExists())) {
      throw notFound(target.toString(), { qualified: target.qualifiedUri });
    }
    if (this.laneCount > 1) this.lanes = new Lanes(this.laneCount);
    try {
      await super.processArguments(items);
    } finally {
      await this.lanes?.finish();
      await this.progress?.end();
    }
  }

  protected override async processNamed(source: Item): Promise<void> {
    if (source.existing().kind === 'directory' && source.files === this.target.files) {
      const destination = await this.destinationOf(source);
      const from = source.qualified;
      const to = destination.qualified;
      if (to === from) throw new PathError(source.toString(), 'are identical', { target: to });
      if (to.startsWith(from.endsWith('/') ? from : `${from}/`)) {
        throw new PathError(source.toString(), 'is a subdirectory of itself', { target: destination.toString() });
      }
    }
    await super.processNamed(source);
  }

  protected override async process(source: Item): Promise<void> {
    await this.transfer(source, await this.destinationOf(source));
  }

  /** What the command does with one source, its destination known. */
  protected async transfer(source: Item, destination: Item): Promise<void> {
    const { kind } = source.existing();
    if (kind === 'link') throw new PathError(source.toString(), 'Operation not supported');
    if (kind === 'directory') {
      if (!this.recursive) throw isDirectory(source.toString());
      return;
    }
    if (this.lanes === undefined) await this.copyFile(source, destination);
    else await this.lanes.run(() => this.guard(() => this.copyFile(source, destination)));
  }

  protected override async descend(source: Item): Promise<void> {
    const before = this.target;
    try {
      this.target = await this.destinationOf(source);
      const { target } = this;
      if (!target.exists) {
        if (!(await target.files.mkdirs(target.path))) throw failed(target.toString(), { operation: 'mkdir' });
        await target.refresh();
      } else if (target.existing().kind !== 'directory') {
        throw isNotDirectory(target.toString());
      }
      await super.descend(source);
      // Times of a directory change while files are still being copied into it.
      if (this.kept.size > 0) await this.lanes?.drain();
      await this.keep(source, target);
    } finally {
      this.target = before;
    }
  }

  protected async destinationOf(source: Item): Promise<Item> {
    const { target } = this;
    const below = this.depth > 0 || target.status?.kind === 'directory' || target.looksLikeDirectory;
    return below ? target.childLike(source) : target;
  }

  protected async copyFile(source: Item, destination: Item): Promise<void> {
    const bytes = await source.files.open(source.path, { verifyChecksum: this.verifyChecksum });
    try {
      await this.copyBytes(bytes, destination, source.existing().lengthBytes);
    } finally {
      await bytes.close();
    }
    await this.keep(source, destination);
  }

  /** Writes everything under a name of its own and renames it, so that nobody sees half a file. */
  protected async copyBytes(bytes: AsyncIterable<Uint8Array>, destination: Item, lengthBytes: number | undefined) {
    if (destination.exists && (destination.existing().kind === 'directory' || !this.overwrite)) {
      throw exists(destination.toString());
    }
    const temporary = this.direct ? destination : await destination.suffixed('._COPYING_');
    let unfinished = !this.direct;
    if (unfinished) this.shell.unfinished.add(temporary);
    try {
      await this.write(bytes, temporary, lengthBytes);
      if (!this.direct) await this.rename(temporary, destination);
      unfinished = false;
    } finally {
      this.shell.unfinished.delete(temporary);
      if (unfinished) await this.discard(temporary);
    }
  }

  private async write(bytes: AsyncIterable<Uint8Array>, destination: Item, lengthBytes: number | undefined) {
    const bar = this.progress?.start(destination.toString().replace(/\._COPYING_$/, ''), lengthBytes);
    const options = { overwrite: true, lazyPersist: this.lazyPersist, writeChecksum: this.writeChecksum };
    const sink = await destination.files.create(destination.path, options);
    let closed = false;
    try {
      for await (const piece of bytes) {
        await sink.write(piece);
        bar?.advance(piece.length);
      }
      await sink.close();
      closed = true;
    } finally {
      bar?.end();
      if (!closed) await sink.abort();
    }
  }

  private async rename(temporary: Item, destination: Item): Promise<void> {
    const { files } = destination;
    if (destination.exists && !(await files.remove(destination.path, false))) {
      throw failed(destination.toString(), { operation: 'delete' });
    }
    if (!(await files.rename(temporary.path, destination.path))) {
      throw failed(temporary.toString(), { operation: 'rename', target: destination.toString() });
    }
  }

  /** Removes what a failed copy left. What stands in the way of that is told, but the copy's own failure counts. */
  private async discard(temporary: Item): Promise<void> {
    try {
      await temporary.files.remove(temporary.path, true);
    } catch (error) {
      this.warn(`${temporary} may be left behind: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`);
    }
  }

  private async keep(source: Item, destination: Item): Promise<void> {
    const status = source.existing();
    const { files, path } = destination;
    if (this.kept.has('a') || this.kept.has('x')) {
      throw new ShellError('preserving ACLs and extended attributes is not supported');
    }
    if (this.kept.has('t')) await files.setTimes(path, status.modifiedMs, status.accessedMs);
    if (this.kept.has('o')) await files.setOwner(path, status.owner, status.group);
    if (this.kept.has('p')) await files.setMode(path, status.mode);
  }

  /** Closes a source whatever happens to its reader. */
  protected async using<T>(source: ByteSource, work: (source: ByteSource) => Promise<T>): Promise<T> {
    try {
      return await work(source);
    } finally {
      await source.close();
    }
  }
}
