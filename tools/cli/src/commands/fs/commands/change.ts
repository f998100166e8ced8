import { Command, type CommandInfo } from '../command/command.js';
import { isExpected, ShellError, UsageError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import { ModeChange } from '../format/mode.js';
import type { Item } from '../model/item.js';

/** Says what was tried in front of a refusal. */
async function telling(what: string, item: Item, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    throw new ShellError(`changing ${what} of '${item}': ${error.message}`);
  }
}

export const chmodInfo: CommandInfo = {
  name: 'chmod',
  usage: '[-R] <MODE[,MODE]... | OCTALMODE> PATH...',
  help:
    'Changes permissions: u+x,g=rw,o-w with the letters rwxXt, or 754, or 1777 with the sticky bit.\n' +
    'Without u, g, o or a everyone is meant; the umask plays no part.\n' +
    '  -R  Everything below, too.',
};

export class Chmod extends Command {
  private change!: ModeChange;

  protected override takeOptions(args: string[]): void {
    this.recursive = takeOptions(args, { min: 2, flags: ['R'], keepUnknown: true }).has('R');
    this.change = new ModeChange(args.shift()!);
  }

  protected override async process(item: Item): Promise<void> {
    const mode = this.change.apply(item.existing());
    if (mode === item.existing().mode) return;
    await telling('permissions', item, () => item.files.setMode(item.path, mode));
  }
}

const NAME = '[-+_./@a-zA-Z0-9]';
const OWNER_AND_GROUP = new RegExp(`^\\s*(${NAME}+)?(:(${NAME}*))?\\s*$`);
const GROUP = new RegExp(`^\\s*(${NAME}+)\\s*$`);

export const chownInfo: CommandInfo = {
  name: 'chown',
  usage: '[-R] [OWNER][:[GROUP]] PATH...',
  help: 'Changes owner, group or both.\n  -R  Everything below, too.',
};

export class Chown extends Command {
  protected owner: string | undefined;
  protected group: string | undefined;

  protected override takeOptions(args: string[]): void {
    this.recursive = takeOptions(args, { min: 2, flags: ['R'] }).has('R');
    this.parse(args.shift()!);
  }

  protected parse(text: string): void {
    const match = OWNER_AND_GROUP.exec(text);
    if (match === null) throw new UsageError(`'${text}' does not match expected pattern for [owner][:group].`);
    this.owner = match[1];
    this.group = match[3] || undefined;
    if (this.owner === undefined && this.group === undefined) {
      throw new UsageError(`'${text}' does not specify owner or group.`);
    }
  }

  protected override async process(item: Item): Promise<void> {
    const status = item.existing();
    const owner = this.owner === status.owner ? undefined : this.owner;
    const group = this.group === status.group ? undefined : this.group;
    if (owner === undefined && group === undefined) return;
    await telling('ownership', item, () => item.files.setOwner(item.path, owner, group));
  }
}

export const chgrpInfo: CommandInfo = {
  name: 'chgrp',
  usage: '[-R] GROUP PATH...',
  help: 'Changes the group.\n  -R  Everything below, too.',
};

export class Chgrp extends Chown {
  protected override parse(text: string): void {
    const match = GROUP.exec(text);
    if (match === null) throw new UsageError(`'${text}' does not match expected pattern for group`);
    this.group = match[1];
  }
}
