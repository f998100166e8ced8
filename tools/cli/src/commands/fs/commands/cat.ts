import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Command, type CommandInfo } from '../command/command.js';
import { ShellError } from '../command/errors.js';
import { takeOptions } from '../command/options.js';
import type { ByteSource } from '../files/contract.js';
import type { Item } from '../model/item.js';

export const catInfo: CommandInfo = {
  name: 'cat',
  usage: '[-ignoreCrc] <src> ...',
  help: 'Writes files to standard output.\n  -ignoreCrc  Does not compare checksums.',
};

export class Cat extends Command {
  private verifyChecksum = true;

  protected override takeOptions(args: string[]): void {
    this.verifyChecksum = !takeOptions(args, { min: 1, flags: ['ignoreCrc'] }).has('ignoreCrc');
  }

  protected override async process(item: Item): Promise<void> {
    item.requireFile();
    const source = await item.files.open(item.path, { verifyChecksum: this.verifyChecksum });
    try {
      await this.show(item, source);
    } finally {
      await source.close();
    }
  }

  protected async show(_item: Item, source: ByteSource): Promise<void> {
    for await (const piece of source) await this.shell.out.bytes(piece);
  }
}

export const textInfo: CommandInfo = {
  name: 'text',
  usage: '[-ignoreCrc] <src> ...',
  help: 'Like cat, but unpacks files that are packed with gzip.',
};

export class Text extends Cat {
  protected override async show(item: Item, source: ByteSource): Promise<void> {
    const pieces = source[Symbol.asyncIterator]();
    const first = await pieces.next();
    if (first.done) return;
    const head = first.value;
    if (head[0] === 0x53 && head[1] === 0x45 && head[2] === 0x51) {
      throw new ShellError(`${item}: sequence files are not supported`);
    }
    async function* all(): AsyncGenerator<Uint8Array> {
      // The unpacker keeps pieces waiting, so it gets its own.
      yield head.slice();
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value.slice();
    }
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      for await (const piece of all()) await this.shell.out.bytes(piece);
      return;
    }
    const unpacked = Readable.from(all(), { objectMode: false }).pipe(createGunzip());
    try {
      for await (const piece of unpacked) await this.shell.out.bytes(piece as Uint8Array);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw new ShellError(`${item}: not in gzip format`);
      throw error;
    }
  }
}

export const checksumInfo: CommandInfo = {
  name: 'checksum',
  usage: '[-v] <src> ...',
  help:
    'Shows the checksum of files; it depends on their bytes, block size and kind of checksum.\n' +
    '  -v  The block size, too.',
};

export class Checksum extends Command {
  private withBlockSize = false;

  protected override takeOptions(args: string[]): void {
    this.withBlockSize = takeOptions(args, { min: 1, flags: ['v'] }).has('v');
  }

  protected override async process(item: Item): Promise<void> {
    const status = item.requireFile();
    const checksum = await item.files.checksum(item.path);
    const shown =
      checksum === undefined ? 'NONE' : `${checksum.algorithm}\t${Buffer.from(checksum.bytes).toString('hex')}`;
    const blockSize = this.withBlockSize ? `\tBlockSize=${status.blockSizeBytes}` : '';
    this.shell.out.line(`${item}\t${shown}${blockSize}`);
  }
}
