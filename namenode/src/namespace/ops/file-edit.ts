import type { LoggedBlock } from '../../generated/command.js';
import { type File, InodeFlag } from '../inode.js';
import { type BlockRow, BlockState } from '../records.js';
import type { BatchView } from '../view.js';

/** A change of a file's blocks: keeps the file's sums right, and writes the file once at its end. */
export class FileEdit {
  private readonly view: BatchView;
  private readonly file: File;
  private readonly lengthBefore: number;
  private readonly spaceBefore: number;

  constructor(view: BatchView, file: File) {
    this.view = view;
    this.file = file;
    this.lengthBefore = file.lengthBytes;
    this.spaceBefore = file.reservedBytes * file.replication;
  }

  /** Replaces block `index`; `before` is what stood there. */
  replace(index: number, before: BlockRow, after: BlockRow): void {
    this.file.lengthBytes += after.lengthBytes - before.lengthBytes;
    this.file.reservedBytes += reservedBy(this.file, after) - reservedBy(this.file, before);
    this.view.putBlock(this.file.id, index, after);
  }

  append(block: BlockRow): void {
    this.file.lengthBytes += block.lengthBytes;
    this.file.reservedBytes += reservedBy(this.file, block);
    this.view.putBlock(this.file.id, this.file.blockCount++, block);
  }

  /** Removes the last block, which is `block`. */
  removeLast(block: BlockRow): void {
    this.file.lengthBytes -= block.lengthBytes;
    this.file.reservedBytes -= reservedBy(this.file, block);
    this.view.deleteBlock(this.file.id, --this.file.blockCount);
    this.view.state.blockCount--;
    this.view.events.blockRemoved(block.id);
  }

  /** The client has sent all of block `index`: its length is final, and with its minimum of replicas it is complete. */
  commit(index: number, block: BlockRow, lengthBytes: number, complete: boolean): void {
    const { events } = this.view;
    if (block.state !== BlockState.COMMITTED) events.blockCommitted(block.id, block.stamp, lengthBytes);
    if (complete) events.blockCompleted(block.id, block.stamp, lengthBytes);
    const state = complete ? BlockState.COMPLETE : BlockState.COMMITTED;
    this.replace(index, block, { ...block, lengthBytes, state });
  }

  /** Closes the file: nobody writes it any more (FSNamesystem.finalizeINodeFileUnderConstruction). */
  close(): void {
    this.file.flags &= ~InodeFlag.UNDER_CONSTRUCTION;
    this.file.mtimeMs = this.view.state.timeMs;
    this.view.deleteOpenFile(this.file.id);
  }

  finish(): void {
    this.view.saveFileSums(this.file, this.lengthBefore, this.spaceBefore);
  }
}

/** What a block counts for in the file's space: a whole preferred block while bytes may still come. */
export function reservedBy(file: File, block: BlockRow): number {
  return isFinal(block) ? block.lengthBytes : Math.max(file.blockSizeBytes, block.lengthBytes);
}

/** True when no more bytes will come. */
export function isFinal(block: BlockRow): boolean {
  return block.state === BlockState.COMMITTED || block.state === BlockState.COMPLETE;
}

/** The block at a place counted from the end, 1 being the last. */
export function blockFromEnd(view: BatchView, file: File, place: number): BlockRow | undefined {
  return file.blockCount >= place ? view.block(file.id, file.blockCount - place) : undefined;
}

/** True when the facts say that the block has its minimum of replicas with this stamp and length. */
export function isMinimal(facts: readonly LoggedBlock[], block: BlockRow, lengthBytes = block.lengthBytes): boolean {
  return facts.some(
    (fact) => fact.blockId === block.id && fact.stamp === block.stamp && (fact.lengthBytes ?? 0) === lengthBytes,
  );
}

/** Block.matchingIdAndGenStamp: both absent, or the same. */
export function sameBlock(a: LoggedBlock | undefined, b: BlockRow | undefined): boolean {
  if (a === undefined || b === undefined) return a === undefined && b === undefined;
  return a.blockId === b.id && a.stamp === b.stamp;
}
