import { Command, type CommandInfo } from '../command/command.js';
import { PathError, ShellError, UsageError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import { pause } from '../command/shell.js';
import type { Item } from '../model/item.js';

const REPLICATION_PAUSE_MS = 10_000;
const RECOVERY_PAUSE_MS = 1000;
const MAX_REPLICATION = 32767;

export const setrepInfo: CommandInfo = {
  name: 'setrep',
  usage: '[-R] [-w] <rep> <path> ...',
  help:
    'Sets how many replicas files have; of a directory, all files below.\n' +
    '  -w  Waits until they are there.\n' +
    '  -R  Means nothing any more.',
};

export class SetRep extends Command {
  private replication = 0;
  private wait = false;
  private readonly changed: Item[] = [];

  protected override takeOptions(args: string[]): void {
    this.wait = takeOptions(args, { min: 2, flags: ['R', 'w'] }).has('w');
    this.recursive = true;
    const text = args.shift()!;
    this.replication = Number(text);
    if (!/^[+-]?\d+$/.test(text) || this.replication > MAX_REPLICATION) {
      this.warn('Illegal replication, a positive integer expected');
      throw new UsageError(`For input string: "${text}"`);
    }
    if (this.replication < 1) throw new UsageError('replication must be >= 1');
  }

  protected override async process(item: Item): Promise<void> {
    const { kind, isErasureCoded } = item.existing();
    if (kind === 'link') throw new PathError(item.toString(), 'Symlinks unsupported');
    if (kind === 'directory') return;
    if (isErasureCoded) {
      this.shell.out.line(`Did not set replication for: ${item}, because it's an erasure coded file.`);
      return;
    }
    if (!(await item.files.setReplication(item.path, this.replication))) {
      throw new ShellError(`Could not set replication for: ${item}`);
    }
    this.shell.out.line(`Replication ${this.replication} set: ${item}`);
    if (this.wait) this.changed.push(item);
  }

  protected override async finish(): Promise<void> {
    for (const item of this.changed) await this.waitFor(item);
  }

  private async waitFor(item: Item): Promise<void> {
    const { out, clock } = this.shell;
    out.text(`Waiting for ${item} ...`);
    let warned = false;
    for (;;) {
      await out.flush();
      const counts = await item.files.replicaCounts(item.path);
      if (counts.every((count) => count === this.replication)) break;
      if (!warned && counts.some((count) => count > this.replication)) {
        out.line('\nWARNING: the waiting time may be long for DECREASING the number of replications.');
        warned = true;
      }
      out.text('.');
      await out.flush();
      await pause(clock, REPLICATION_PAUSE_MS);
    }
    out.line(' done');
  }
}

export const truncateInfo: CommandInfo = {
  name: 'truncate',
  usage: '[-w] <length> <path> ...',
  help: 'Cuts files to a length.\n  -w  Waits until the last block is recovered, where that is needed.',
};

export class Truncate extends Command {
  private lengthBytes = 0;
  private wait = false;
  private readonly unfinished: Item[] = [];

  protected override takeOptions(args: string[]): void {
    this.wait = takeOptions(args, { min: 2, flags: ['w'] }).has('w');
    const text = args.shift()!;
    this.lengthBytes = Number(text);
    if (!/^[+-]?\d+$/.test(text)) {
      this.warn('Illegal length, a non-negative integer expected');
      throw new UsageError(`For input string: "${text}"`);
    }
    if (this.lengthBytes < 0) throw new UsageError('length must be >= 0');
  }

  protected override async process(item: Item): Promise<void> {
    const { lengthBytes: before } = item.requireFile();
    if (this.lengthBytes > before) {
      throw new UsageError(
        `Cannot truncate to a larger file size. Current size: ${before}, truncate size: ${this.lengthBytes}.`,
      );
    }
    if (await item.files.truncate(item.path, this.lengthBytes)) this.tellDone(item);
    else if (this.wait) this.unfinished.push(item);
    else {
      this.shell.out.line(
        `Truncating ${item} to length: ${this.lengthBytes}. ` +
          'Wait for block recovery to complete before further updating this file.',
      );
    }
  }

  protected override async finish(): Promise<void> {
    const { out, clock } = this.shell;
    for (const item of this.unfinished) {
      out.line(`Waiting for ${item} ...`);
      await out.flush();
      while ((await item.refresh()).lengthBytes !== this.lengthBytes) await pause(clock, RECOVERY_PAUSE_MS);
      this.tellDone(item);
    }
  }

  private tellDone(item: Item): void {
    this.shell.out.line(`Truncated ${item} to length: ${this.lengthBytes}`);
  }
}

export const concatInfo: CommandInfo = {
  name: 'concat',
  usage: '<target path> <src path> <src path> ...',
  help: 'Moves the blocks of the sources to the end of the target, in the same directory; the sources are gone then.',
};

export class Concat extends Command {
  protected override takeOptions(): void {}

  protected override async processArguments(items: Item[]): Promise<void> {
    const [target, ...sources] = items;
    if (target === undefined) throw new ShellError(`Target path not specified. ${concatInfo.usage}`);
    if (items.length < 3) throw new ShellError(`The number of source paths is less than 2. ${concatInfo.usage}`);
    if (target.status?.kind !== 'file') {
      throw new ShellError(`Target path ${target.qualified} does not exist or is not file.`);
    }
    for (const source of sources) {
      if (source.status?.kind !== 'file') throw new ShellError(`${source.qualified} does not exist or is not file.`);
    }
    await target.files.concat(
      target.path,
      sources.map((source) => source.path),
    );
  }

  protected override process(): void {}
}
