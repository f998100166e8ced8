import type { GenerationStamp } from '@rfs/base/ids';
import { type Block, blockText } from './block.js';
import { announce, finalizeReplica } from './finalize.js';
import { subdirOf } from './layout.js';
import type { ChecksumFormat } from './meta-header.js';
import { OpenReplica, type ReplicaOwner } from './open-replica.js';
import { refusal } from './refusal.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';
import { ReplicaWriter, type WriteListener } from './replica-writer.js';
import { cutReplica } from './tail.js';
import type { StorageType } from './volume.js';

/** Who is going to write a replica: it is stopped when somebody else must have the replica, and hears of progress. */
export interface ReplicaUser extends ReplicaOwner, WriteListener {
  /** The replica is the user's, from within the block's turn; it may be stopped from now on. */
  opened(opened: OpenForWrite): void;
}

/** A replica taken over for writing. */
export interface OpenForWrite {
  readonly replica: OpenReplica;
  readonly writer: ReplicaWriter;
}

/** Where a new replica should go. */
export interface Target {
  readonly storageType: StorageType;
  readonly storageId: string | undefined;
  readonly format: ChecksumFormat;
}

/** Runs `action` in the block's turn once nobody writes the replica; who does is stopped (MustStopExistingWriter). */
export async function withoutWriter<T>(store: ReplicaStore, block: Block, action: () => Promise<T>): Promise<T> {
  for (;;) {
    let writer: ReplicaOwner | null = null;
    const done = await store.inTurn(block.blockId, async () => {
      writer = store.openReplica(block.blockId)?.owner ?? null;
      return writer === null ? { value: await action() } : null;
    });
    if (done !== null) return done.value;
    await (writer as ReplicaOwner | null)?.stop();
  }
}

/**
 * A new replica for a client's pipeline (FsDatasetImpl.createRbw).
 * @param newStamp not 0: the pipeline was set up before under the block's stamp, and what that left is removed
 */
export function createRbw(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  target: Target,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  const create = async () => {
    const existing = store.view(block.blockId);
    if (existing !== null) {
      const open = store.openReplica(block.blockId);
      if (newStamp === 0 || open === undefined) throw alreadyExists(block, existing);
      await store.discard(open);
    }
    const stamped = newStamp === 0 ? block : { ...block, generationStamp: newStamp };
    const opened = await createFiles(store, stamped, 'RBW', target, user);
    store.events.receiving(opened.replica);
    return opened;
  };
  return newStamp === 0 ? store.inTurn(block.blockId, create) : withoutWriter(store, block, create);
}

/**
 * A new replica for a copy from another datanode (FsDatasetImpl.createTemporary).
 * @param isTransfer a client's pipeline asked for the copy: an older replica of any state makes way
 */
export function createTemporary(
  store: ReplicaStore,
  block: Block,
  isTransfer: boolean,
  target: Target,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  const existing = store.view(block.blockId);
  if (existing !== null) checkMakesWay(block, existing, isTransfer);
  return withoutWriter(store, block, async () => {
    const now = store.view(block.blockId);
    if (now !== null) {
      checkMakesWay(block, now, isTransfer);
      const open = store.openReplica(block.blockId);
      await (open === undefined ? store.removeFinalized(now) : store.discard(open));
    }
    return createFiles(store, block, 'TEMPORARY', target, user);
  });
}

/** Reopens a finalized replica of exactly the block's stamp and length (FsDatasetImpl.append). */
export function append(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  expectedBytes: number,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  return store.inTurn(block.blockId, async () => {
    if (newStamp < block.generationStamp) {
      throw refusal(
        'IOException',
        `The new generation stamp ${newStamp} should be greater than the replica ${blockText(block)}'s generation stamp`,
      );
    }
    const view = store.exact(block);
    if (view.state !== 'FINALIZED') {
      throw refusal('ReplicaNotFoundException', `Cannot append to an unfinalized replica ${blockText(block)}`);
    }
    checkLength(view, expectedBytes);
    return reopen(store, view, newStamp, block.lengthBytes, user);
  });
}

/** Goes on with an append whose pipeline broke while it was set up (FsDatasetImpl.recoverAppend). */
export function recoverAppend(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  expectedBytes: number,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  return withoutWriter(store, block, async () => {
    const view = recoverCheck(store, block, newStamp, expectedBytes);
    const open = store.openReplica(block.blockId);
    if (open === undefined) return reopen(store, view, newStamp, block.lengthBytes, user);
    const opened = await resume(store, open, newStamp, open.onDiskBytes, user);
    store.events.receiving(open);
    return opened;
  });
}

/** Goes on with a block whose pipeline broke while data flowed: cut to what was acknowledged (FsDatasetImpl.recoverRbw). */
export function recoverRbw(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  minBytes: number,
  maxBytes: number,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  return withoutWriter(store, block, async () => {
    const view = existing(store, block);
    const replica = store.openReplica(block.blockId);
    if (replica === undefined || replica.state !== 'RBW') {
      throw refusal('ReplicaNotFoundException', `Cannot recover a non-RBW replica ${describe(block, view)}`);
    }
    checkStampRange(block, view, newStamp);
    if (replica.ackedBytes < minBytes || replica.receivedBytes > maxBytes) {
      throw refusal(
        'ReplicaNotFoundException',
        `Unmatched length replica ${replica}: BytesAcked = ${replica.ackedBytes} BytesRcvd = ` +
          `${replica.receivedBytes} are not in the range of [${minBytes}, ${maxBytes}].`,
      );
    }
    if (replica.onDiskBytes < replica.ackedBytes) {
      throw refusal('ReplicaNotFoundException', `Found fewer bytesOnDisk than bytesAcked for replica ${replica}`);
    }
    return resume(store, replica, newStamp, replica.ackedBytes, user);
  });
}

/** Finalizes a replica whose pipeline broke while it was being closed (FsDatasetImpl.recoverClose). */
export function recoverClose(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  expectedBytes: number,
): Promise<ReplicaView> {
  return withoutWriter(store, block, async () => {
    const view = recoverCheck(store, block, newStamp, expectedBytes);
    const open = store.openReplica(block.blockId);
    if (open !== undefined) {
      await bumpStamp(store, open, newStamp);
      await finalizeReplica(store, open, null);
    } else {
      const digest = await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, view.generationStamp);
      await store.files.rename(
        store.pathsAt(view.volume, view.blockId, view.generationStamp).meta,
        store.pathsAt(view.volume, view.blockId, newStamp).meta,
      );
      store.restamp(view, newStamp);
      await announce(store, { ...view, generationStamp: newStamp }, digest, '');
    }
    return existing(store, block);
  });
}

/** Turns a copy that its pipeline is going to continue into a replica being written (FsDatasetImpl.convertTemporaryToRbw). */
export function convertTemporaryToRbw(store: ReplicaStore, replica: OpenReplica): Promise<void> {
  return store.inTurn(replica.blockId, async () => {
    const from = await replica.paths();
    replica.state = 'RBW';
    const to = await replica.paths();
    await store.files.rename(from.meta, to.meta);
    await store.files.rename(from.data, to.data);
    replica.setLength(replica.onDiskBytes);
  });
}

/** Gives an open replica a newer stamp, in memory and in its meta file's name. */
export async function bumpStamp(store: ReplicaStore, replica: OpenReplica, newStamp: GenerationStamp): Promise<void> {
  if (replica.generationStamp === newStamp) return;
  const [from, to] = await Promise.all([replica.paths(), replica.paths(newStamp)]);
  await store.files.rename(from.meta, to.meta);
  replica.generationStamp = newStamp;
}

async function createFiles(
  store: ReplicaStore,
  block: Block,
  state: 'RBW' | 'TEMPORARY',
  target: Target,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  const replica = store.allocate(block, state, target.storageType, target.storageId, user);
  try {
    const writer = await ReplicaWriter.create(store.files, replica, target.format, user);
    return handOver(replica, writer, user);
  } catch (error) {
    replica.owner = null;
    store.diskError(replica.volume, error as Error);
    await store.discard(replica);
    throw error;
  }
}

/** Moves a finalized replica to `rbw` under a new stamp. */
async function reopen(
  store: ReplicaStore,
  view: ReplicaView,
  newStamp: GenerationStamp,
  estimatedBytes: number,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  const { files } = store;
  const replica = new OpenReplica(view.blockId, newStamp, view.volume, 'RBW');
  const from = store.pathsAt(view.volume, view.blockId, view.generationStamp);
  const to = await replica.paths();
  const tail = await cutReplica(files, from, view.lengthBytes);
  // A file with a second name belongs to somebody's snapshot of the folder: that must not grow.
  if ((await files.linkCount(from.data)) > 1) {
    await files.copy(from.data, `${to.data}.copy`);
    await files.rename(`${to.data}.copy`, to.data);
    await files.remove(from.data);
  } else {
    await files.rename(from.data, to.data);
  }
  // The sums leave last: a crash between leaves what a scan can undo.
  await files.rename(from.meta, to.meta);
  replica.setLength(view.lengthBytes);
  replica.claim(Math.max(0, estimatedBytes - view.lengthBytes));
  replica.owner = user;
  store.keepOpen(replica);
  const writer = await ReplicaWriter.resume(files, replica, tail.format, tail.crc, user);
  store.events.receiving(replica);
  return handOver(replica, writer, user);
}

async function resume(
  store: ReplicaStore,
  replica: OpenReplica,
  newStamp: GenerationStamp,
  lengthBytes: number,
  user: ReplicaUser,
): Promise<OpenForWrite> {
  const tail = await cutReplica(store.files, await replica.paths(), lengthBytes);
  replica.volume.usedBytes -= replica.onDiskBytes - lengthBytes;
  replica.setLength(lengthBytes);
  replica.tail = null;
  await bumpStamp(store, replica, newStamp);
  const writer = await ReplicaWriter.resume(store.files, replica, tail.format, tail.crc, user);
  replica.owner = user;
  return handOver(replica, writer, user);
}

function handOver(replica: OpenReplica, writer: ReplicaWriter, user: ReplicaUser): OpenForWrite {
  const opened = { replica, writer };
  user.opened(opened);
  return opened;
}

/** FsDatasetImpl.recoverCheck. */
function recoverCheck(
  store: ReplicaStore,
  block: Block,
  newStamp: GenerationStamp,
  expectedBytes: number,
): ReplicaView {
  const view = existing(store, block);
  if (view.state !== 'FINALIZED' && view.state !== 'RBW') {
    throw refusal(
      'ReplicaNotFoundException',
      `Cannot recover append/close to a replica that's not FINALIZED and not RBW ${describe(block, view)}`,
    );
  }
  checkStampRange(block, view, newStamp);
  const open = store.openReplica(block.blockId);
  if (open !== undefined && (open.receivedBytes !== open.onDiskBytes || open.receivedBytes !== open.ackedBytes)) {
    throw refusal(
      'ReplicaAlreadyExistsException',
      `RBW replica ${open}bytesRcvd(${open.receivedBytes}), bytesOnDisk(${open.onDiskBytes}), and ` +
        `bytesAcked(${open.ackedBytes}) are not the same.`,
    );
  }
  checkLength(view, expectedBytes);
  return view;
}

function checkStampRange(block: Block, view: ReplicaView, newStamp: GenerationStamp): void {
  if (view.generationStamp >= block.generationStamp && view.generationStamp <= newStamp) return;
  throw refusal(
    'ReplicaNotFoundException',
    `Cannot append to a replica with unexpected generation stamp ${view.generationStamp}. ` +
      `Expected GS range is [${block.generationStamp}, ${newStamp}].`,
  );
}

function checkLength(view: ReplicaView, expectedBytes: number): void {
  if (view.lengthBytes === expectedBytes) return;
  throw refusal(
    'IOException',
    `Corrupted replica blk_${view.blockId}_${view.generationStamp} with a length of ${view.lengthBytes} ` +
      `expected length is ${expectedBytes}`,
  );
}

function checkMakesWay(block: Block, view: ReplicaView, isTransfer: boolean): void {
  const inPipeline = view.state === 'TEMPORARY' || view.state === 'RBW';
  if (view.generationStamp >= block.generationStamp || (!isTransfer && !inPipeline)) throw alreadyExists(block, view);
}

function existing(store: ReplicaStore, block: Block): ReplicaView {
  const view = store.viewInPool(block);
  if (view !== null) return view;
  throw refusal('ReplicaNotFoundException', `Replica does not exist ${blockText(block)}`);
}

function alreadyExists(block: Block, view: ReplicaView): Error {
  return refusal(
    'ReplicaAlreadyExistsException',
    `Block ${blockText(block)} already exists in state ${view.state} and thus cannot be created.`,
  );
}

function describe(block: Block, view: ReplicaView): string {
  return `${blockText({ ...block, generationStamp: view.generationStamp })}, ${view.state}`;
}
