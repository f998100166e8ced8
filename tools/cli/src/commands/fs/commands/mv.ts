import type { CommandInfo } from '../command/command.js';
import { CopyCommand } from '../command/copy.js';
import { exists, failed, PathError, UsageError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import type { Item } from '../model/item.js';
import { Get, Put } from './copy.js';

export const mvInfo: CommandInfo = {
  name: 'mv',
  usage: '<src> ... <dst>',
  help: 'Moves or renames within a file system. Several sources need a directory as target.',
};

export class Mv extends CopyCommand {
  protected override async takeOptions(args: string[]): Promise<void> {
    takeOptions(args, { min: 2 });
    await this.takeTarget(args);
  }

  protected override async transfer(source: Item, destination: Item): Promise<void> {
    if (source.files !== destination.files) throw new PathError(source.toString(), 'Does not match target filesystem');
    if (destination.exists) throw exists(destination.toString());
    if (!(await source.files.rename(source.path, destination.path))) throw failed(source.toString());
  }
}

export const moveFromLocalInfo: CommandInfo = {
  name: 'moveFromLocal',
  usage: '[-f] [-p] [-l] [-d] <localsrc> ... <dst>',
  help: 'Like put; what was copied is then deleted on this machine. Without -t.',
};

export class MoveFromLocal extends Put {
  protected override async takeOptions(args: string[]): Promise<void> {
    if (args.includes('-t')) throw new UsageError('Illegal option -t');
    await super.takeOptions(args);
  }

  protected override async transfer(source: Item, destination: Item): Promise<void> {
    if (destination.status?.kind === 'directory') throw exists(destination.toString());
    await super.transfer(source, destination);
  }

  protected override async afterwards(source: Item): Promise<void> {
    await removeSource(source);
  }
}

export const moveToLocalInfo: CommandInfo = {
  name: 'moveToLocal',
  usage: '<src> <localdst>',
  help: 'Like get; what was copied is then deleted in the file system.',
};

export class MoveToLocal extends Get {
  protected override async takeOptions(args: string[]): Promise<void> {
    if (args.includes('-t')) throw new UsageError('Illegal option -t');
    await super.takeOptions(args);
  }

  protected override async afterwards(source: Item): Promise<void> {
    await removeSource(source);
  }
}

/** Removes what has been copied; a directory in which something failed is not empty and stays. */
async function removeSource(source: Item): Promise<void> {
  if (!(await source.files.remove(source.path, false))) throw failed(source.toString(), { operation: 'remove' });
}
