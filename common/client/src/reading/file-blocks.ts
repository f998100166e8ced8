import { FailureError, isFailure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { LocatedBlockProto, LocatedBlocksProto } from '@rfs/protocol/messages';
import type { NamenodeCalls } from '../namenodes/index.js';
import type { ClientSettings } from '../settings/index.js';
import { type LastBlockLength, visibleLength } from './visible-length.js';

/** A block of a file with the datanodes that have it. */
export interface FileBlock {
  /** First byte in the file. */
  readonly offset: number;
  readonly lengthBytes: number;
  readonly located: LocatedBlockProto;
}

/**
 * Which blocks a file has and who holds them, asked for as reading goes on: some blocks ahead with every question. Of a
 * file that is being written the last block is as long as the datanodes say that readers may see it.
 */
export class FileBlocks {
  readonly path: string;
  private readonly namenodes: NamenodeCalls;
  private readonly settings: ClientSettings;
  private readonly clock: Clock;
  private readonly user: string;
  /** By offset, without overlap. */
  private blocks: FileBlock[] = [];
  private length = 0;
  private closed = false;

  constructor(path: string, namenodes: NamenodeCalls, settings: ClientSettings, clock: Clock, user: string) {
    this.path = path;
    this.namenodes = namenodes;
    this.settings = settings;
    this.clock = clock;
    this.user = user;
  }

  /** Bytes that can be read, as far as is known. */
  get lengthBytes(): number {
    return this.length;
  }

  /** True when nobody was writing the file when it was last asked about. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Asks for the first blocks and the length. */
  async open(): Promise<void> {
    for (let retries = this.settings.lastBlockLengthRetries; ; retries--) {
      const located = await this.locate(0);
      if (await this.note(located)) return;
      if (retries <= 0) {
        throw new FailureError(failure('IOException', `Could not obtain the last block locations of ${this.path}`));
      }
      await new Promise<void>((resolve) => {
        this.clock.setTimer(this.settings.lastBlockLengthRetryMs, resolve);
      });
    }
  }

  /** The block with the byte at `offset`; undefined at the end of the file. */
  async at(offset: number): Promise<FileBlock | undefined> {
    const known = this.find(offset);
    if (known !== undefined || offset >= this.length) return known;
    await this.note(await this.locate(offset));
    return this.find(offset);
  }

  /** Forgets who holds the block at `offset` and asks again. */
  async refresh(offset: number): Promise<FileBlock | undefined> {
    this.blocks = this.blocks.filter((block) => offset < block.offset || offset >= block.offset + block.lengthBytes);
    await this.note(await this.locate(offset));
    return this.find(offset);
  }

  private find(offset: number): FileBlock | undefined {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const block = this.blocks[middle]!;
      if (offset < block.offset) high = middle - 1;
      else if (offset >= block.offset + block.lengthBytes) low = middle + 1;
      else return block;
    }
    return undefined;
  }

  private async locate(offset: number): Promise<LocatedBlocksProto> {
    const { locations } = await this.namenodes.call('getBlockLocations', {
      src: this.path,
      offset,
      length: this.settings.readPrefetchBytes,
    });
    if (locations === undefined) {
      throw new FailureError(failure('FileNotFoundException', `File does not exist: ${this.path}`));
    }
    if (locations.ecPolicy !== undefined) {
      const name = locations.ecPolicy.name ?? locations.ecPolicy.id;
      throw new FailureError(
        failure('UnsupportedOperationException', `${this.path} is erasure coded (${name}), which cannot be read yet`),
      );
    }
    if (locations.fileEncryptionInfo !== undefined) {
      throw new FailureError(
        failure('UnsupportedOperationException', `${this.path} is encrypted, which cannot be read yet`),
      );
    }
    return locations;
  }

  /** Notes an answer; false when the length of the last block could not be learnt now. */
  private async note(located: LocatedBlocksProto): Promise<boolean> {
    for (const block of located.blocks) {
      // What a writer has put into the last block is learnt from the datanodes below.
      if (block.offset < located.fileLength) this.insert(toFileBlock(block, block.b.numBytes ?? 0));
    }
    this.length = located.fileLength;
    this.closed = !located.underConstruction;
    const last = located.lastBlock;
    if (located.isLastBlockComplete || last === undefined) return true;
    const answer = await this.lastLength(last);
    if (answer === undefined) return false;
    if (answer > 0) this.insert(toFileBlock(last, answer));
    this.length = last.offset + answer;
    return true;
  }

  private async lastLength(last: LocatedBlockProto): Promise<number | undefined> {
    if (last.locs.length === 0) return (last.b.numBytes ?? 0) === 0 ? 0 : undefined;
    const answer: LastBlockLength = await visibleLength(last, this.user, this.settings, this.clock);
    if (isFailure(answer)) {
      throw new FailureError(
        failure('IOException', `Cannot obtain block length of the last block of ${this.path}: ${answer.message}`),
      );
    }
    return answer;
  }

  private insert(block: FileBlock): void {
    if (block.lengthBytes === 0) return;
    const others = this.blocks.filter(
      (other) => other.offset + other.lengthBytes <= block.offset || other.offset >= block.offset + block.lengthBytes,
    );
    others.push(block);
    this.blocks = others.sort((a, b) => a.offset - b.offset);
  }
}

function toFileBlock(located: LocatedBlockProto, lengthBytes: number): FileBlock {
  const b = { ...located.b, numBytes: lengthBytes };
  return { offset: located.offset, lengthBytes, located: { ...located, b } };
}
