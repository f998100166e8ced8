import { FailureError } from '@rfs/base/failure';
import type { Clock, Random } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { DatanodeIDProto, DatanodeInfoProto } from '@rfs/protocol/messages';
import type { NamenodeCalls } from '../namenodes/index.js';
import { isThisHost } from '../network/index.js';
import type { ClientSettings } from '../settings/index.js';
import { BlockReader, READ_AHEAD_BYTES } from './block-reader.js';
import type { DatanodeConnections } from './connections.js';
import { type FileBlock, FileBlocks } from './file-blocks.js';
import type { LocalReplicas } from './local-replicas.js';
import { Parts } from './parts.js';
import { ReplicaProblem } from './problem.js';

export interface InputStreamOptions {
  readonly path: string;
  readonly clientName: string;
  readonly user: string;
  readonly verifyChecksum: boolean;
  /** Verified bytes that may wait for the reader; 2 MiB when absent. */
  readonly readAheadBytes?: number | undefined;
  /** Asked for each block before a datanode is. */
  readonly localReplicas?: LocalReplicas | undefined;
  readonly namenodes: NamenodeCalls;
  readonly connections: DatanodeConnections;
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where more readers than this are under way, most wait for somebody slow: blocks are asked for in parts. */
const MANY_READERS = 16;

/** What went wrong with the replicas of one block so far. */
class Attempts {
  /** Datanodes that failed and are not asked again until all have. */
  readonly dead = new Set<string>();
  readonly corrupt = new Map<string, DatanodeInfoProto>();
  readonly stories: string[] = [];
  rounds = 0;
}

/**
 * A file opened for reading. Several readers may use it at the same time: it keeps no position of its own.
 */
export class DfsInputStream {
  private readonly options: InputStreamOptions;
  private readonly blocks: FileBlocks;

  private constructor(options: InputStreamOptions) {
    this.options = options;
    const { path, namenodes, settings, clock, user } = options;
    this.blocks = new FileBlocks(path, namenodes, settings, clock, user);
  }

  static async open(options: InputStreamOptions): Promise<DfsInputStream> {
    const stream = new DfsInputStream(options);
    await stream.blocks.open();
    return stream;
  }

  /** Bytes that could be read when it was opened. */
  get lengthBytes(): number {
    return this.blocks.lengthBytes;
  }

  /** True when nobody was writing the file: its length and blocks stay. */
  get isClosed(): boolean {
    return this.blocks.isClosed;
  }

  /** Fills `into` from `position` as far as the file goes; the number of bytes. */
  async read(position: number, into: Uint8Array): Promise<number> {
    let filled = 0;
    for await (const piece of this.stream(position, into.length)) {
      into.set(piece, filled);
      filled += piece.length;
    }
    return filled;
  }

  /**
   * The bytes from `position`, `lengthBytes` of them or all that follow, in pieces that stay unchanged until the next one
   * is asked for. Leaving the loop early costs nothing more than the connection. A replica that fails is passed over, a corrupt one is
   * reported; when none is left FailureError (BlockMissingException) names file, block and replicas.
   */
  async *stream(position = 0, lengthBytes = Number.MAX_SAFE_INTEGER): AsyncGenerator<Uint8Array, void> {
    const end = Math.min(this.lengthBytes, position + lengthBytes);
    for (let at = Math.max(0, position); at < end; ) {
      const block = await this.blocks.at(at);
      if (block === undefined) throw this.missing(at, undefined);
      const to = Math.min(end, block.offset + block.lengthBytes);
      yield* this.blockRange(block, at, to);
      at = to;
    }
  }

  /** The file's bytes `from` to `to`, which lie in one block. */
  private async *blockRange(block: FileBlock, from: number, to: number): AsyncGenerator<Uint8Array, void> {
    const { connections, clock } = this.options;
    const attempts = new Attempts();
    const parts = new Parts(clock);
    let current = block;
    let at = from;
    connections.readers++;
    try {
      for await (const piece of this.localPieces(block, from, to, attempts)) {
        at += piece.length;
        yield piece;
      }
      while (at < to) {
        const node = this.choose(current, attempts);
        if (node === undefined) {
          current = await this.anotherRound(current, at, attempts);
          continue;
        }
        let reader: BlockReader | undefined;
        try {
          const partBytes = connections.readers > MANY_READERS ? parts.next() : to - at;
          reader = await this.ask(current, node.id, at, Math.min(to, at + partBytes));
          for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
            at += piece.length;
            attempts.rounds = 0;
            this.options.localReplicas?.noteRemote(piece.length);
            yield piece;
          }
        } catch (error) {
          if (!(error instanceof ReplicaProblem)) throw error;
          this.note(node, error, attempts);
        } finally {
          reader?.close();
        }
      }
    } finally {
      connections.readers--;
      await this.reportCorrupt(current, attempts);
    }
  }

  /** What this process has of the block, until its end or a problem: the rest comes from a datanode. */
  private async *localPieces(
    { located: { b }, offset }: FileBlock,
    from: number,
    to: number,
    attempts: Attempts,
  ): AsyncGenerator<Uint8Array, void> {
    try {
      const pieces = await this.options.localReplicas?.open(b, from - offset, to - from);
      if (pieces !== undefined) yield* pieces;
    } catch (error) {
      attempts.stories.push(`local replica: ${error}`);
    }
  }

  private ask(block: FileBlock, node: DatanodeIDProto, from: number, to: number): Promise<BlockReader> {
    const { clientName, verifyChecksum, connections, readAheadBytes = READ_AHEAD_BYTES } = this.options;
    const range = {
      block: block.located,
      offset: from - block.offset,
      lengthBytes: to - from,
      clientName,
      verify: verifyChecksum,
      readAheadBytes,
    };
    return BlockReader.open(range, node, connections);
  }

  /** The namenode gives the nearest first; one on this host goes before all. */
  private choose(block: FileBlock, attempts: Attempts): DatanodeInfoProto | undefined {
    const live = block.located.locs.filter(({ id }) => !attempts.dead.has(id.datanodeUuid));
    return live.find(({ id }) => isThisHost(id.ipAddr) || isThisHost(id.hostName)) ?? live[0];
  }

  private note(node: DatanodeInfoProto, problem: ReplicaProblem, attempts: Attempts): void {
    attempts.dead.add(node.id.datanodeUuid);
    attempts.stories.push(`${node.id.ipAddr}:${node.id.xferPort}: ${problem.message}`);
    if (problem.kind === 'checksum') attempts.corrupt.set(node.id.datanodeUuid, node);
  }

  /**
   * All replicas have failed: after a pause that grows (DFSInputStream.chooseDataNode) their locations are asked for
   * anew and all are tried again, up to dfs.client.max.block.acquire.failures times.
   */
  private async anotherRound(block: FileBlock, at: number, attempts: Attempts): Promise<FileBlock> {
    const { settings, clock, random } = this.options;
    attempts.rounds++;
    // Trying a replica again does not mend its bytes.
    const hopeless = block.located.locs.length > 0 && attempts.corrupt.size >= block.located.locs.length;
    if (hopeless || attempts.rounds >= settings.blockAcquireFailures) throw this.missing(at, block, attempts);
    const window = settings.retryWindowBaseMs;
    const pauseMs = window * (attempts.rounds - 1) + random.below(Math.max(1, window * attempts.rounds));
    await new Promise<void>((resolve) => {
      clock.setTimer(pauseMs, resolve);
    });
    attempts.dead.clear();
    for (const uuid of attempts.corrupt.keys()) attempts.dead.add(uuid);
    const fresh = await this.blocks.refresh(at);
    if (fresh === undefined || fresh.located.b.blockId !== block.located.b.blockId)
      throw this.missing(at, block, attempts);
    return fresh;
  }

  private missing(at: number, block: FileBlock | undefined, attempts?: Attempts): FailureError {
    const { path } = this.options;
    if (block === undefined) {
      return new FailureError(failure('BlockMissingException', `Could not obtain block at byte ${at} of file ${path}`));
    }
    const { poolId, blockId, generationStamp } = block.located.b;
    const name = `${poolId}:blk_${blockId}_${generationStamp}`;
    const replicas = block.located.locs.map(({ id }) => `${id.ipAddr}:${id.xferPort}`).join(', ') || 'none';
    const stories = attempts === undefined || attempts.stories.length === 0 ? '' : ` (${attempts.stories.join('; ')})`;
    return new FailureError(
      failure('BlockMissingException', `Could not obtain block: ${name} file=${path} replicas: ${replicas}${stories}`),
    );
  }

  /**
   * Tells the namenode about replicas whose bytes were wrong, unless every one of several was: then the fault is more
   * likely here (DFSInputStream.reportCheckSumFailure).
   */
  private async reportCorrupt(block: FileBlock, attempts: Attempts): Promise<void> {
    const { corrupt } = attempts;
    const { locs, storageTypes, storageIDs } = block.located;
    if (corrupt.size === 0 || (locs.length > 1 && corrupt.size >= locs.length)) return;
    const indexes = [...corrupt.keys()].map((uuid) => locs.findIndex(({ id }) => id.datanodeUuid === uuid));
    const known = indexes.filter((index) => index >= 0);
    await this.options.namenodes.attempt('reportBadBlocks', {
      blocks: [
        {
          ...block.located,
          locs: known.map((index) => locs[index]!),
          isCached: known.map(() => false),
          storageTypes: known.map((index) => storageTypes[index]!),
          storageIDs: known.map((index) => storageIDs[index] ?? ''),
        },
      ],
    });
  }
}
