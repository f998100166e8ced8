import { Command, type CommandInfo } from '../command/command.js';
import { UsageError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import { pause } from '../command/shell.js';
import type { OpenOptions } from '../files/contract.js';
import { type Item, itemNamed } from '../model/item.js';

const SHOWN_BYTES = 1024;
const DEFAULT_PAUSE_MS = 5000;

abstract class OneFile extends Command {
  protected override async expand(arg: string): Promise<Item[]> {
    return [await itemNamed(this.shell.systems, arg)];
  }

  /** Writes a part of the file to standard output; the number of bytes. */
  protected async show(item: Item, options: OpenOptions): Promise<number> {
    let shown = 0;
    const source = await item.files.open(item.path, options);
    try {
      for await (const piece of source) {
        await this.shell.out.bytes(piece);
        shown += piece.length;
      }
    } finally {
      await source.close();
    }
    return shown;
  }
}

export const headInfo: CommandInfo = { name: 'head', usage: '<file>', help: 'Shows the first 1024 bytes.' };

export class Head extends OneFile {
  protected override takeOptions(args: string[]): void {
    takeOptions(args, { min: 1, max: 1 });
  }

  protected override async process(item: Item): Promise<void> {
    item.requireFile();
    await this.show(item, { lengthBytes: SHOWN_BYTES });
  }
}

export const tailInfo: CommandInfo = {
  name: 'tail',
  usage: '[-f] [-s <sleep interval>] <file>',
  help:
    'Shows the last 1024 bytes.\n' +
    '  -f  And goes on with what is appended.\n' +
    '  -s  Looks again after so many ms (5000).',
};

export class Tail extends OneFile {
  private follow = false;
  private pauseMs = DEFAULT_PAUSE_MS;

  protected override takeOptions(args: string[]): void {
    const options = takeOptions(args, { min: 1, max: 1, flags: ['f'], valued: ['s'] });
    this.follow = options.has('f');
    const text = options.value('s');
    if (!this.follow || !text) return;
    if (!/^\d+$/.test(text)) throw new UsageError(`For input string: "${text}"`);
    if (Number(text) > 0) this.pauseMs = Number(text);
  }

  protected override async process(item: Item): Promise<void> {
    item.requireFile();
    let offset = await this.showFrom(item, undefined);
    while (this.follow) {
      await this.shell.out.flush();
      await pause(this.shell.clock, this.pauseMs);
      offset = await this.showFrom(item, offset);
    }
  }

  /** Shows what lies behind `offset`; the offset where it ended. */
  private async showFrom(item: Item, offset: number | undefined): Promise<number> {
    const { lengthBytes } = await item.refresh();
    const from = offset ?? Math.max(0, lengthBytes - SHOWN_BYTES);
    if (from > lengthBytes) return lengthBytes;
    return from + (await this.show(item, { fromByte: from }));
  }
}
