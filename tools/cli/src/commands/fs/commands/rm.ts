import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { FailureError } from '@rfs/base/failure';
import { Command, type CommandInfo, expandOrRefuse } from '../command/command.js';
import { failed, isDirectory, isMissing, isNotDirectory, PathError, ShellError } from '../command/errors.js';
import { type Options, takeOptions } from '../command/options.js';
import { Trash } from '../command/trash.js';
import type { Item } from '../model/item.js';
import { parseName } from '../model/name.js';

export const rmInfo: CommandInfo = {
  name: 'rm',
  usage: '[-f] [-r|-R] [-skipTrash] [-safely] <src> ...',
  help:
    'Deletes files. Where fs.trash.interval is set they go to the trash.\n' +
    '  -f  Does not mind what is not there.\n' +
    '  -r, -R  Directories, too, with everything below.\n' +
    '  -skipTrash  Deletes at once.\n' +
    '  -safely  Asks before deleting more files than hadoop.shell.delete.limit.num.files.',
};

export class Rm extends Command {
  protected alwaysRecursive = false;
  private options!: Options;

  protected override takeOptions(args: string[]): void {
    this.options = takeOptions(args, { min: 1, flags: ['f', 'r', 'R', 'skipTrash', 'safely'] });
  }

  protected override async expand(arg: string): Promise<Item[]> {
    try {
      return await expandOrRefuse(this.shell, arg);
    } catch (error) {
      if (this.options.has('f') && error instanceof PathError) return [];
      throw error;
    }
  }

  protected override missing(item: Item): void | Promise<void> {
    if (!this.options.has('f')) return super.missing(item);
  }

  protected override async process(item: Item): Promise<void> {
    const recursive = this.alwaysRecursive || this.options.has('r') || this.options.has('R');
    if (item.existing().kind === 'directory' && !recursive) throw isDirectory(item.toString());
    if (!this.options.has('skipTrash') && (await this.moveToTrash(item))) return;
    if (!(await this.confirmed(item))) return;
    if (!(await item.files.remove(item.path, recursive))) throw failed(item.toString());
    this.shell.out.line(`Deleted ${item}`);
  }

  private async moveToTrash(item: Item): Promise<boolean> {
    try {
      return await new Trash(this.shell, item.files).take(item.path);
    } catch (error) {
      if (isMissing(error)) throw error;
      if (!(error instanceof ShellError || error instanceof FailureError)) throw error;
      throw new ShellError(`${error.message.split('\n', 1)[0]}. Consider using -skipTrash option`);
    }
  }

  private async confirmed(item: Item): Promise<boolean> {
    if (!this.options.has('safely')) return true;
    const limit = Number(this.shell.settings('hadoop.shell.delete.limit.num.files') ?? 100);
    if (!(limit > 0)) return true;
    const { fileCount } = await item.files.contentSummary(item.path);
    if (fileCount <= limit) return true;
    const { err } = this.shell;
    await this.shell.out.flush();
    for (;;) {
      err.text(`Proceed deleting ${fileCount} files? (Y or N) `);
      await err.flush();
      const answer = (await this.readLine())?.trim().toLowerCase();
      if (answer === 'y' || answer === 'yes') return true;
      if (answer === undefined || answer === 'n' || answer === 'no') {
        err.line('Delete aborted at user request.\n');
        return false;
      }
      err.line(`Invalid input: ${answer}`);
    }
  }

  /** One line of standard input; undefined at its end. */
  private async readLine(): Promise<string | undefined> {
    const lines = createInterface({ input: Readable.from(this.shell.stdin) });
    try {
      for await (const line of lines) return line;
      return undefined;
    } finally {
      lines.close();
    }
  }
}

export const rmrInfo: CommandInfo = { name: 'rmr', usage: '', help: '', replacedBy: '-rm -r' };

export class Rmr extends Rm {
  protected override alwaysRecursive = true;
}

export const rmdirInfo: CommandInfo = {
  name: 'rmdir',
  usage: '[--ignore-fail-on-non-empty] <dir> ...',
  help: 'Removes empty directories.\n  --ignore-fail-on-non-empty  Leaves the others without a word.',
};

export class Rmdir extends Command {
  private skipNonEmpty = false;

  protected override takeOptions(args: string[]): void {
    const flag = '-ignore-fail-on-non-empty';
    this.skipNonEmpty = takeOptions(args, { min: 1, flags: [flag] }).has(flag);
  }

  protected override async process(item: Item): Promise<void> {
    if (item.existing().kind !== 'directory') throw isNotDirectory(item.toString());
    for await (const _child of item.files.list(item.path)) {
      if (this.skipNonEmpty) return;
      throw new PathError(item.toString(), 'Directory is not empty');
    }
    if (!(await item.files.remove(item.path, false))) throw failed(item.toString());
  }
}

export const expungeInfo: CommandInfo = {
  name: 'expunge',
  usage: '[-immediate] [-fs <path>]',
  help:
    'Deletes what has been in the trash for longer than fs.trash.interval, and puts the rest aside under the time.\n' +
    '  -immediate  Deletes everything that was put aside.\n' +
    '  -fs  The file system whose trash is meant.',
};

export class Expunge extends Command {
  private options!: Options;

  protected override takeOptions(args: string[]): void {
    this.options = takeOptions(args, { min: 0, max: 2, flags: ['immediate'], valued: ['fs'] });
  }

  protected override async processArguments(): Promise<void> {
    const { systems } = this.shell;
    const text = this.options.value('fs');
    const files = text ? systems.of(parseName(text)) : systems.default;
    const trash = new Trash(this.shell, files);
    await trash.expunge(this.options.has('immediate'));
    if (!this.options.has('immediate')) await trash.checkpoint();
  }

  protected override process(): void {}
}
