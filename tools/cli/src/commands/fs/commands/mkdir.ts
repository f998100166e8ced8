import { Command, type CommandInfo } from '../command/command.js';
import { exists, failed, isNotDirectory, notFound } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import { type Item, qualify } from '../model/item.js';
import { parentOf } from '../model/name.js';

export const mkdirInfo: CommandInfo = {
  name: 'mkdir',
  usage: '[-p] <path> ...',
  help: 'Makes directories.\n  -p  Makes missing parents, and does not mind a directory that is there.',
};

export class Mkdir extends Command {
  private withParents = false;

  protected override takeOptions(args: string[]): void {
    this.withParents = takeOptions(args, { min: 1, flags: ['p'] }).has('p');
  }

  protected override process(item: Item): void {
    if (item.existing().kind !== 'directory') throw isNotDirectory(item.toString());
    if (!this.withParents) throw exists(item.toString());
  }

  protected override async missing(item: Item): Promise<void> {
    if (!this.withParents) {
      const parent = parentOf(item.path);
      if (parent !== undefined && (await item.files.status(parent)) === undefined) {
        throw notFound(qualify(item.files, parent));
      }
    }
    if (!(await item.files.mkdirs(item.path))) throw failed(item.toString());
  }
}
