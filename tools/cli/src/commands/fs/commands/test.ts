import { Command, type CommandInfo } from '../command/command.js';
import { UsageError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import type { Item } from '../model/item.js';

export const testInfo: CommandInfo = {
  name: 'test',
  usage: '-[defswrz] <path>',
  help:
    'Answers with the exit code: 0 for yes, 1 for no.\n' +
    '  -d  Is it a directory?\n' +
    '  -e  Is it there?\n' +
    '  -f  Is it a file?\n' +
    '  -s  Is it longer than nothing?\n' +
    '  -w  May I write to it?\n' +
    '  -r  May I read it?\n' +
    '  -z  Is it empty?',
};

export class Test extends Command {
  private question = '';

  protected override takeOptions(args: string[]): void {
    const options = takeOptions(args, { min: 1, max: 1, flags: ['e', 'd', 'f', 's', 'z', 'w', 'r'] });
    const flags = options.flags();
    if (flags.length === 0) throw new UsageError('No test flag given');
    if (flags.length > 1) throw new UsageError('Only one test flag is allowed');
    this.question = flags[0]!;
  }

  protected override async process(item: Item): Promise<void> {
    if (!(await this.holds(item))) this.exitCode = 1;
  }

  protected override missing(): void {
    this.exitCode = 1;
  }

  private async holds(item: Item): Promise<boolean> {
    const { kind, lengthBytes } = item.existing();
    switch (this.question) {
      case 'd':
        return kind === 'directory';
      case 'f':
        return kind === 'file';
      case 's':
        return lengthBytes > 0;
      case 'z':
        return lengthBytes === 0;
      case 'w':
      case 'r':
        return item.files.mayAccess(item.path, this.question);
      default:
        return true;
    }
  }
}
