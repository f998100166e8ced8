import type { FileStatus } from '@rfs/client/dfs';
import { Command, type CommandInfo } from '../command/command.js';
import { JsonArray, statusJson } from '../command/json.js';
import { takeOptions } from '../command/options.js';
import { octalMode, showMode } from '../format/mode.js';
import { utcSecond } from '../format/time.js';
import type { Item } from '../model/item.js';
import { baseName } from '../model/name.js';

export const statInfo: CommandInfo = {
  name: 'stat',
  usage: '[format] <path> ...',
  help:
    'Shows what the format asks for (%y when there is none): %a octal permissions, %A permissions, %b bytes,\n' +
    '%F kind, %g group, %n name, %o block size, %r replication, %u owner, %x and %X last access in UTC and\n' +
    'in ms since 1970, %y and %Y last change likewise.\n' +
    '  -R  Everything below, too.\n' +
    '  --json  An array of objects.',
};

const KINDS: Record<FileStatus['kind'], string> = { directory: 'directory', file: 'regular file', link: 'symlink' };

export class Stat extends Command {
  private format = '%y';
  private json: JsonArray | undefined;

  protected override takeOptions(args: string[]): void {
    this.recursive = takeOptions(args, { min: 1, flags: ['R'] }).has('R');
    if (args[0]!.includes('%')) this.format = args.shift()!;
    if (takeOptions(args, { min: 1, flags: ['R'] }).has('R')) this.recursive = true;
    if (this.shell.json) this.json = new JsonArray(this.shell.out);
  }

  protected override process(item: Item): void {
    const status = item.existing();
    if (this.json !== undefined) this.json.add(statusJson(item.toString(), status));
    else this.shell.out.line(formatStatus(this.format, item, status));
  }

  protected override finish(): void {
    this.json?.end();
  }
}

function formatStatus(format: string, item: Item, status: FileStatus): string {
  return format.replace(/%(.?)/gsu, (_whole, letter: string) => {
    switch (letter) {
      case 'a':
        return octalMode(status.mode);
      case 'A':
        return showMode(status.mode);
      case 'b':
        return String(status.lengthBytes);
      case 'F':
        return KINDS[status.kind];
      case 'g':
        return status.group;
      case 'n':
        return baseName(item.path);
      case 'o':
        return String(status.blockSizeBytes);
      case 'r':
        return String(status.replication);
      case 'u':
        return status.owner;
      case 'x':
        return utcSecond(status.accessedMs);
      case 'X':
        return String(status.accessedMs);
      case 'y':
        return utcSecond(status.modifiedMs);
      case 'Y':
        return String(status.modifiedMs);
      default:
        return letter;
    }
  });
}
