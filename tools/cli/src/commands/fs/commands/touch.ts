import { Command, type CommandInfo } from '../command/command.js';
import { notFound, PathError, UsageError } from '../command/errors.js';
import { type Options, takeOptions } from '../command/options.js';
import { parseTouchTime } from '../format/time.js';
import type { Item } from '../model/item.js';

const UNCHANGED = -1;

/** Makes an empty file; refused when its folder is not there. */
async function makeEmpty(item: Item, overwrite: boolean): Promise<void> {
  if (!item.exists && !(await item.parentExists())) {
    throw notFound(item.toString(), { qualified: item.qualifiedUri });
  }
  const sink = await item.files.create(item.path, { overwrite });
  await sink.close();
}

export const touchzInfo: CommandInfo = {
  name: 'touchz',
  usage: '<path> ...',
  help: 'Makes empty files; refused where there is a file that is not empty.',
};

export class Touchz extends Command {
  protected override takeOptions(args: string[]): void {
    takeOptions(args, { min: 1 });
  }

  protected override async process(item: Item): Promise<void> {
    if (item.requireFile().lengthBytes !== 0) throw new PathError(item.toString(), 'Not a zero-length file');
    await makeEmpty(item, true);
  }

  protected override missing(item: Item): Promise<void> {
    return makeEmpty(item, true);
  }
}

export const touchInfo: CommandInfo = {
  name: 'touch',
  usage: '[-a] [-m] [-t TIMESTAMP (yyyyMMdd:HHmmss) ] [-c] <path> ...',
  help:
    'Sets the times of last access and change to now; makes an empty file where there is none.\n' +
    '  -a  Only the access.\n' +
    '  -m  Only the change.\n' +
    '  -t  To this time instead of now.\n' +
    '  -c  Makes no file.',
};

export class Touch extends Command {
  private options!: Options;
  private stamp: string | undefined;

  protected override takeOptions(args: string[]): void {
    const at = args.indexOf('-t');
    if (at >= 0) {
      this.stamp = args[at + 1];
      if (this.stamp === undefined) throw new UsageError('option -t requires 1 argument.');
      args.splice(at, 2);
    }
    this.options = takeOptions(args, { min: 1, flags: ['t', 'a', 'm', 'c'] });
  }

  protected override process(item: Item): Promise<void> {
    return this.setTimes(item);
  }

  protected override async missing(item: Item): Promise<void> {
    if (!(await item.parentExists())) throw notFound(item.toString(), { qualified: item.qualifiedUri });
    if (this.options.has('c')) return;
    await makeEmpty(item, true);
    if (this.stamp !== undefined) await this.setTimes(item);
  }

  private async setTimes(item: Item): Promise<void> {
    const time = this.stamp === undefined ? this.shell.clock.nowMs() : this.parse(this.stamp);
    const onlyModified = this.options.has('m') && !this.options.has('a');
    const onlyAccessed = this.options.has('a') && !this.options.has('m');
    await item.files.setTimes(item.path, onlyAccessed ? UNCHANGED : time, onlyModified ? UNCHANGED : time);
  }

  private parse(stamp: string): number {
    const time = parseTouchTime(stamp);
    if (time !== undefined) return time;
    throw new UsageError(`Unable to parse the specified timestamp ${stamp}. The expected format is yyyyMMdd:HHmmss`);
  }
}
