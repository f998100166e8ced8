import { Command, type CommandInfo } from '../command/command.js';
import { JsonArray } from '../command/json.js';
import { type Options, takeOptions } from '../command/options.js';
import { formatSize } from '../format/size.js';
import { Table } from '../format/table.js';
import { type Item, qualify } from '../model/item.js';

export const duInfo: CommandInfo = {
  name: 'du',
  usage: '[-s] [-h] [-v] [-x] <path> ...',
  help:
    'Bytes of files, and bytes on disk with all replicas, one level deep.\n' +
    '  -s  One sum for each path.\n' +
    '  -h  Sizes with K, M, G.\n' +
    '  -v  A header.\n' +
    '  -x  Without snapshots.\n' +
    '  --json  An array of objects.',
};

export class Du extends Command {
  protected alwaysSummary = false;
  private options!: Options;
  private table!: Table;
  private json: JsonArray | undefined;

  protected override takeOptions(args: string[]): void {
    this.options = takeOptions(args, { min: 0, flags: ['h', 's', 'v', 'x'] });
    if (args.length === 0) args.push('.');
    const headers = ['SIZE', 'DISK_SPACE_CONSUMED_WITH_ALL_REPLICAS', 'FULL_PATH_NAME'];
    this.table = new Table(
      headers.map((header) => ({ header })),
      this.options.has('v'),
    );
    if (this.shell.json) this.json = new JsonArray(this.shell.out);
  }

  protected override async processNamed(item: Item): Promise<void> {
    const summary = this.alwaysSummary || this.options.has('s');
    if (!summary && item.existing().kind === 'directory') await this.descend(item);
    else await super.processNamed(item);
  }

  protected override async process(item: Item): Promise<void> {
    const summary = await item.files.contentSummary(item.path);
    const without = this.options.has('x');
    const length = summary.lengthBytes - (without ? summary.snapshotLengthBytes : 0);
    const space = summary.spaceConsumedBytes - (without ? summary.snapshotSpaceConsumedBytes : 0);
    if (this.json !== undefined) this.json.add({ path: item.toString(), length, spaceConsumed: space });
    else {
      const human = this.options.has('h');
      this.table.add([formatSize(length, human), formatSize(space, human), item.toString()]);
    }
  }

  protected override finish(): void {
    this.json?.end();
    for (const line of this.table.lines()) this.shell.out.line(line);
  }
}

export const dusInfo: CommandInfo = { name: 'dus', usage: '', help: '', replacedBy: 'du -s' };

export class Dus extends Du {
  protected override alwaysSummary = true;
}

export const dfInfo: CommandInfo = {
  name: 'df',
  usage: '[-h] [<path> ...]',
  help: 'How much room a file system has.\n  -h  Sizes with K, M, G.\n  --json  An array of objects.',
};

export class Df extends Command {
  private human = false;
  private table!: Table;
  private json: JsonArray | undefined;

  protected override takeOptions(args: string[]): void {
    this.human = takeOptions(args, { min: 0, flags: ['h'] }).has('h');
    if (args.length === 0) args.push('/');
    const columns = [{ header: 'Filesystem' }];
    const figures = ['Size', 'Used', 'Available', 'Use%'].map((header) => ({ header, right: true }));
    this.table = new Table([...columns, ...figures], true);
    if (this.shell.json) this.json = new JsonArray(this.shell.out);
  }

  protected override async process(item: Item): Promise<void> {
    const { capacityBytes, usedBytes, remainingBytes } = await item.files.space(item.path);
    const filesystem = item.files.scheme === 'file' ? 'file:///' : qualify(item.files, '');
    if (this.json !== undefined) {
      this.json.add({ filesystem, size: capacityBytes, used: usedBytes, available: remainingBytes });
      return;
    }
    const [size, used, free] = [capacityBytes, usedBytes, remainingBytes].map((bytes) => formatSize(bytes, this.human));
    this.table.add([filesystem, size!, used!, free!, `${((usedBytes / capacityBytes) * 100).toFixed(0)}%`]);
  }

  protected override finish(): void {
    this.json?.end();
    for (const line of this.table.lines()) this.shell.out.line(line);
  }
}
