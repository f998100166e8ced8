import type { Block } from './block.js';
import { blockText } from './block.js';
import type { BlockFile } from './files.js';
import { readBytes } from './integrity.js';
import { type ChecksumFormat, ChecksumType, decodeMetaHeader, META_HEADER_BYTES } from './meta-header.js';
import type { OpenReplica, PartialTail } from './open-replica.js';
import { refusal } from './refusal.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';

/** How long a reader waits for bytes that the pipeline has but this disk has not yet (BlockSender.waitForMinLength). */
const WAIT_FOR_BYTES_MS = 3000;

/** A replica open for reading; what it shows below `endBytes` does not change, whatever is appended. */
export interface ReadableReplica {
  readonly view: ReplicaView;
  readonly data: BlockFile;
  /** Null when the replica has no sums. */
  readonly meta: BlockFile | null;
  readonly format: ChecksumFormat;
  readonly endBytes: number;
  /** The sum of the partial chunk at `endBytes`, where the file may hold a later one. */
  readonly tail: PartialTail | null;
}

/**
 * Opens the replica of a block for reading. A replica newer than the block will do (BlockSender's constructor).
 * @param untilBytes what must be on disk; less than is there
 */
export async function openForRead(store: ReplicaStore, block: Block, untilBytes: number): Promise<ReadableReplica> {
  const replica = store.openReplica(block.blockId);
  if (replica?.state === 'RBW' && replica.onDiskBytes < untilBytes) await waitForBytes(store, replica, untilBytes);
  const view = store.viewInPool(block);
  if (view === null) throw refusal('ReplicaNotFoundException', `Replica not found for ${blockText(block)}`);
  if (view.generationStamp < block.generationStamp) {
    throw refusal(
      'IOException',
      `Replica gen stamp < block genstamp, block=${blockText(block)}, replica stamp=${view.generationStamp}`,
    );
  }
  if (view.visibleBytes < 0) {
    throw refusal('IOException', `Replica is not readable, block=${blockText(block)}, replica state=${view.state}`);
  }
  const open = store.openReplica(block.blockId);
  const tail = open === undefined ? null : open.tail;
  const paths =
    open === undefined ? store.pathsAt(view.volume, view.blockId, view.generationStamp) : await open.paths();
  const data = await store.files.open(paths.data, 'read');
  let meta: BlockFile | null = null;
  try {
    meta = await store.files.open(paths.meta, 'read');
    const format = decodeMetaHeader(await readBytes(meta, META_HEADER_BYTES, 0));
    if (format === null) throw refusal('IOException', `Corrupted meta file ${paths.meta}`);
    if (format.type !== ChecksumType.NULL) return { view, data, meta, format, endBytes: view.onDiskBytes, tail };
    await meta.close();
    return { view, data, meta: null, format, endBytes: view.onDiskBytes, tail: null };
  } catch (error) {
    await data.close();
    await meta?.close();
    throw error;
  }
}

export async function closeReadable(replica: ReadableReplica): Promise<void> {
  await replica.data.close();
  await replica.meta?.close();
}

/** Resolves when the bytes are there or the wait is over; what is there then decides. */
function waitForBytes(store: ReplicaStore, replica: OpenReplica, untilBytes: number): Promise<void> {
  return new Promise((resolve) => {
    const withdraw = replica.whenOnDisk(untilBytes, () => {
      timer.cancel();
      resolve();
    });
    const timer = store.clock.setTimer(WAIT_FOR_BYTES_MS, () => {
      withdraw();
      resolve();
    });
  });
}
