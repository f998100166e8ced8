import { Command, type CommandInfo } from '../command/command.js';
import { CopyCommand, type Kept } from '../command/copy.js';
import { isDirectory, notFound, ShellError, UsageError } from '../command/errors.js';
import { type Options, takeOptions } from '../command/options.js';
import type { ByteSink } from '../files/contract.js';
import { type Item, localItem } from '../model/item.js';

const PUT_USAGE = '[-f] [-p] [-l] [-d] [-t <thread count>] [-q <thread pool queue size>] <localsrc> ... <dst>';
const GET_USAGE =
  '[-f] [-p] [-crc] [-ignoreCrc] [-t <thread count>] [-q <thread pool queue size>] <src> ... <localdst>';

export const putInfo: CommandInfo = {
  name: 'put',
  usage: PUT_USAGE,
  help:
    'Copies files of this machine into the file system; - reads standard input.\n' +
    '  -f  Replaces what is there.\n' +
    '  -p  Keeps times, owner, group and permissions.\n' +
    '  -t  So many files at a time (1).\n' +
    '  -l  Lets a datanode keep the file in memory at first, with one replica.\n' +
    '  -d  Writes under the final name at once instead of <dst>._COPYING_.',
};
export const copyFromLocalInfo: CommandInfo = { name: 'copyFromLocal', usage: PUT_USAGE, help: 'The same as put.' };

export class Put extends CopyCommand {
  protected override async takeOptions(args: string[]): Promise<void> {
    const options = takeOptions(args, { min: 1, flags: ['f', 'p', 'l', 'd'], valued: ['t', 'q'] });
    this.setLanes(options);
    this.overwrite = options.has('f');
    this.lazyPersist = options.has('l');
    this.direct = options.has('d');
    if (options.has('p')) keepDefaults(this.kept);
    await this.takeTarget(args);
    this.recursive = true;
    this.showProgress();
  }

  protected override async expand(arg: string): Promise<Item[]> {
    return [await localItem(this.shell.systems, arg)];
  }

  protected override async processArguments(items: Item[]): Promise<void> {
    if (items.length !== 1 || items[0]!.toString() !== '-') return super.processArguments(items);
    try {
      await this.copyBytes(this.shell.stdin, await this.destinationOf(items[0]!), undefined);
    } finally {
      await this.progress?.end();
    }
  }
}

export const getInfo: CommandInfo = {
  name: 'get',
  usage: GET_USAGE,
  help:
    'Copies files to this machine; - writes to standard output.\n' +
    '  -f  Replaces what is there.\n' +
    '  -p  Keeps times, owner, group and permissions.\n' +
    '  -crc  Writes a checksum file beside each file.\n' +
    '  -ignoreCrc  Does not compare checksums.\n' +
    '  -t  So many files at a time (1).',
};
export const copyToLocalInfo: CommandInfo = { name: 'copyToLocal', usage: GET_USAGE, help: 'The same as get.' };

export class Get extends CopyCommand {
  protected override async takeOptions(args: string[]): Promise<void> {
    const rules = { min: 1, flags: ['crc', 'ignoreCrc', 'p', 'f'], valued: ['t', 'q'] };
    const options = takeOptions(args, rules);
    this.setLanes(options);
    this.writeChecksum = options.has('crc');
    this.verifyChecksum = !options.has('ignoreCrc');
    this.overwrite = options.has('f');
    if (options.has('p')) keepDefaults(this.kept);
    await this.takeLocalTarget(args);
    this.recursive = true;
    if (this.toStandardOutput) this.overwrite = true;
    else this.showProgress();
  }

  protected override async copyFile(source: Item, destination: Item): Promise<void> {
    if (!this.toStandardOutput) return super.copyFile(source, destination);
    const bytes = await source.files.open(source.path, { verifyChecksum: this.verifyChecksum });
    await this.using(bytes, async () => {
      for await (const piece of bytes) await this.shell.out.bytes(piece);
    });
  }

  private get toStandardOutput(): boolean {
    return this.target.toString() === '-' && !this.target.exists;
  }
}

export const cpInfo: CommandInfo = {
  name: 'cp',
  usage: '[-f] [-p | -p[topax]] [-d] [-t <thread count>] [-q <thread pool queue size>] <src> ... <dst>',
  help:
    'Copies files within the file system, or between two of them.\n' +
    '  -f  Replaces what is there.\n' +
    '  -p[top]  Keeps times (t), owner and group (o), permissions (p); all three when no letter follows.\n' +
    '  -d  Writes under the final name at once instead of <dst>._COPYING_.\n' +
    '  -t  So many files at a time (1).',
};

export class Cp extends CopyCommand {
  protected override async takeOptions(args: string[]): Promise<void> {
    this.takeKept(args);
    const options = takeOptions(args, { min: 2, flags: ['f', 'd'], valued: ['t', 'q'] });
    this.direct = options.has('d');
    this.overwrite = options.has('f');
    this.setLanes(options);
    this.recursive = true;
    await this.takeTarget(args);
    this.showProgress();
  }

  /** `-p` and `-ptop` may stand anywhere before `--`. */
  private takeKept(args: string[]): void {
    const end = args.indexOf('--');
    const at = args.findIndex((arg, index) => arg.startsWith('-p') && (end < 0 || index < end));
    if (at < 0) return;
    const letters = args.splice(at, 1)[0]!.slice(2);
    if (letters === '') keepDefaults(this.kept);
    for (const letter of letters.toLowerCase()) {
      if (!'topax'.includes(letter)) throw new UsageError(`No attribute for ${letter}`);
      this.kept.add(letter as Kept);
    }
  }
}

export const appendToFileInfo: CommandInfo = {
  name: 'appendToFile',
  usage: '[-n] <localsrc> ... <dst>',
  help:
    'Appends files of this machine, or standard input (-), to a file; makes it if it is not there.\n' +
    '  -n  Starts a new block.',
};

export class AppendToFile extends CopyCommand {
  private newBlock = false;
  private fromStandardInput = false;

  protected override async takeOptions(args: string[]): Promise<void> {
    if (args.length < 2) throw new ShellError('missing destination argument');
    this.newBlock = takeOptions(args, { min: 2, flags: ['n'] }).has('n');
    await this.takeTarget(args);
  }

  protected override async expand(arg: string): Promise<Item[]> {
    if (arg !== '-') return [await localItem(this.shell.systems, arg)];
    this.fromStandardInput = true;
    return [];
  }

  protected override async processArguments(sources: Item[]): Promise<void> {
    const { files, path } = this.target;
    if (this.fromStandardInput && sources.length > 0) {
      throw new ShellError('stdin (-) must be the sole input argument when present');
    }
    for (const source of sources) source.existing();
    if (!this.target.exists) await (await files.create(path, { overwrite: false })).close();
    const sink = await files.append(path, this.newBlock);
    let closed = false;
    try {
      if (this.fromStandardInput) await pour(this.shell.stdin, sink);
      for (const source of sources) {
        const bytes = await source.files.open(source.path);
        await this.using(bytes, () => pour(bytes, sink));
      }
      await sink.close();
      closed = true;
    } finally {
      if (!closed) await sink.abort();
    }
  }
}

export const getmergeInfo: CommandInfo = {
  name: 'getmerge',
  usage: '[-nl] [-skip-empty-file] <src> <localdst>',
  help:
    'Joins all files that match, and those in directories that match, into one file on this machine.\n' +
    '  -nl  A new line after each file.\n' +
    '  -skip-empty-file  But none after an empty one.',
};

export class GetMerge extends Command {
  private options!: Options;
  private target!: Item;
  private readonly sources: Item[] = [];
  private incomplete = false;

  protected override async takeOptions(args: string[]): Promise<void> {
    this.options = takeOptions(args, { min: 2, flags: ['nl', 'skip-empty-file'] });
    this.target = await localItem(this.shell.systems, args.pop()!);
    if (this.target.status?.kind === 'directory') throw isDirectory(this.target.toString());
  }

  protected override get sorted(): boolean {
    return true;
  }

  protected override missing(item: Item): void {
    this.incomplete = true;
    throw notFound(item.toString());
  }

  protected override async process(source: Item): Promise<void> {
    if (source.existing().kind !== 'directory') this.sources.push(source);
    else if (this.depth === 0) await this.descend(source);
  }

  protected override async finish(): Promise<void> {
    if (this.incomplete) return;
    const sink = await this.target.files.create(this.target.path, { overwrite: true });
    let closed = false;
    try {
      for (const source of this.sources) await this.append(source, sink);
      await sink.close();
      closed = true;
    } finally {
      if (!closed) await sink.abort();
    }
  }

  private async append(source: Item, sink: ByteSink): Promise<void> {
    const { lengthBytes } = source.existing();
    if (lengthBytes > 0) {
      const bytes = await source.files.open(source.path);
      try {
        await pour(bytes, sink);
      } finally {
        await bytes.close();
      }
    }
    const skip = lengthBytes === 0 && this.options.has('skip-empty-file');
    if (this.options.has('nl') && !skip) await sink.write(new TextEncoder().encode('\n'));
  }
}

async function pour(source: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<void> {
  for await (const piece of source) await sink.write(piece);
}

function keepDefaults(kept: Set<Kept>): void {
  for (const letter of ['t', 'o', 'p'] as const) kept.add(letter);
}
