import type { FileStatus } from '@rfs/client/dfs';
import { Command, type CommandInfo } from '../command/command.js';
import { JsonArray, statusJson } from '../command/json.js';
import { type Options, takeOptions } from '../command/options.js';
import { showMode } from '../format/mode.js';
import { formatSize } from '../format/size.js';
import { printable } from '../format/text.js';
import { localMinute } from '../format/time.js';
import { byPath, type Item } from '../model/item.js';

export const lsInfo: CommandInfo = {
  name: 'ls',
  usage: '[-C] [-d] [-h] [-q] [-R] [-t] [-S] [-r] [-u] [-e] [<path> ...]',
  help:
    'Lists files, and what is in directories. Without a path: /user/<you>.\n' +
    'A line holds permissions, replication (- for directories), owner, group, bytes, day and time, path.\n' +
    '  -C  Only the paths.\n' +
    '  -d  A directory itself instead of what is in it.\n' +
    '  -h  Sizes with K, M, G.\n' +
    '  -q  ? for characters that cannot be printed.\n' +
    '  -R  Everything below, too.\n' +
    '  -t  Newest first.\n' +
    '  -S  Largest first.\n' +
    '  -r  The other way round.\n' +
    '  -u  Time of the last access instead of the last change.\n' +
    '  -e  Erasure coding policy.\n' +
    '  --json  An array of objects.',
};

interface Widths {
  replication: number;
  length: number;
  owner: number;
  group: number;
  policy: number;
}

/** `ls` and, with `alwaysRecursive`, the old `lsr`. */
export class Ls extends Command {
  protected alwaysRecursive = false;
  private options!: Options;
  private readonly widths: Widths = { replication: 3, length: 10, owner: 0, group: 0, policy: 0 };
  private readonly policies = new Map<Item, string>();
  private json: JsonArray | undefined;

  protected override takeOptions(args: string[]): void {
    this.options = takeOptions(args, { min: 0, flags: ['C', 'd', 'h', 'q', 'R', 'r', 't', 'S', 'u', 'e'] });
    this.recursive = (this.alwaysRecursive || this.options.has('R')) && !this.options.has('d');
    if (args.length === 0) args.push('.');
    if (this.shell.json) this.json = new JsonArray(this.shell.out);
  }

  protected override async processNamed(item: Item): Promise<void> {
    if (!this.options.has('d') && item.existing().kind === 'directory') {
      await this.descend(item);
    } else {
      await this.measure([item]);
      await this.processAll([item]);
    }
  }

  protected override get sorted(): boolean {
    return !this.recursive || ['t', 'S', 'r'].some((option) => this.options.has(option));
  }

  protected override get groupSize(): number {
    return 100;
  }

  protected override async processChildren(_parent: Item, children: Item[]): Promise<void> {
    if (!this.recursive && children.length > 0) {
      if (this.json === undefined && !this.options.has('C')) this.shell.out.line(`Found ${children.length} items`);
      children.sort((a, b) => this.compare(a, b));
    }
    await this.measure(children);
    await this.processAll(children);
  }

  protected override process(item: Item): void {
    const { out } = this.shell;
    const status = item.existing();
    if (this.json !== undefined) this.json.add(statusJson(item.toString(), status));
    else if (this.options.has('C')) out.line(item.toString());
    else out.line(this.lineOf(item, status));
    this.policies.delete(item);
  }

  protected override finish(): void {
    this.json?.end();
  }

  private lineOf(item: Item, status: FileStatus): string {
    const { widths } = this;
    const shown = item.toString();
    const replication = status.kind === 'file' ? String(status.replication) : '-';
    return [
      `${status.kind === 'directory' ? 'd' : '-'}${showMode(status.mode)}${status.hasAcl ? '+' : ' '}`,
      `${replication.padStart(widths.replication)} `,
      column(status.owner, widths.owner),
      column(status.group, widths.group),
      this.options.has('e') ? column(this.policies.get(item) ?? '', widths.policy) : '',
      `${formatSize(status.lengthBytes, this.options.has('h')).padStart(widths.length)} `,
      `${localMinute(this.timeOf(status))} `,
      this.options.has('q') ? printable(shown) : shown,
    ].join('');
  }

  /** Makes the columns as wide as these items need; they never become narrower. */
  private async measure(items: Item[]): Promise<void> {
    if (this.options.has('C') || this.json !== undefined) return;
    const { widths } = this;
    if (this.options.has('e')) widths.policy = 0;
    for (const item of items) {
      const status = item.existing();
      widths.replication = Math.max(widths.replication, String(status.replication).length);
      widths.length = Math.max(widths.length, String(status.lengthBytes).length);
      widths.owner = Math.max(widths.owner, status.owner.length);
      widths.group = Math.max(widths.group, status.group.length);
      if (!this.options.has('e')) continue;
      const policy = (await item.files.contentSummary(item.path)).erasureCodingPolicy;
      this.policies.set(item, policy);
      widths.policy = Math.max(widths.policy, policy.length);
    }
  }

  private timeOf(status: FileStatus): number {
    return this.options.has('u') ? status.accessedMs : status.modifiedMs;
  }

  private compare(a: Item, b: Item): number {
    const direction = this.options.has('r') ? -1 : 1;
    if (this.options.has('t')) return (this.timeOf(b.existing()) - this.timeOf(a.existing())) * direction;
    if (this.options.has('S')) return (b.existing().lengthBytes - a.existing().lengthBytes) * direction;
    return byPath(a, b) * direction;
  }
}

export const lsrInfo: CommandInfo = { name: 'lsr', usage: '', help: '', replacedBy: 'ls -R' };

export class Lsr extends Ls {
  protected override alwaysRecursive = true;
}

function column(text: string, width: number): string {
  return width > 0 ? `${text.padEnd(width)} ` : text;
}
