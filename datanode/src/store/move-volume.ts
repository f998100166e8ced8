import { Blake3 } from '@rfs/base/checksum';
import { announce } from './finalize.js';
import { refusal } from './refusal.js';
import type { ReadableReplica } from './replica-reader.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';
import type { StorageType, Volume } from './volume.js';

/** What is read, hashed and written at a time: about 0.2 ms of the loop. */
const PIECE_BYTES = 1024 * 1024;

/** How a replica is to be moved. */
export interface VolumeMove {
  readonly storageType: StorageType;
  /** The volume, if it matters which one. */
  readonly storageId: string | undefined;
  /** uuid of the datanode whose replica is to go, for the namenode. */
  readonly deleteHint: string;
  /** Fills `data` from `position` of the replica with what matches its sums. */
  readonly fill: (position: number, data: Buffer) => Promise<void>;
  /** Waits as long as that many bytes are to take. */
  readonly throttle: (bytes: number) => Promise<void>;
}

interface Files {
  readonly data: string;
  readonly meta: string;
}

/**
 * Moves a finalized replica to another volume of this datanode (FsDatasetImpl.moveBlockAcrossStorage). It is copied
 * while it can be read, and even appended to, and changes its place only if it is still what was copied. Between the
 * two renames and the removal of the old files a crash leaves two replicas, of which the next start keeps one.
 */
export async function moveToVolume(
  store: ReplicaStore,
  readable: ReadableReplica,
  lengthBytes: number,
  move: VolumeMove,
): Promise<void> {
  const { view } = readable;
  check(view, lengthBytes, move);
  const volume = store.chooseVolume(move.storageType, move.storageId, view.lengthBytes);
  if (volume === view.volume || store.moving.has(view.blockId)) throw alreadyThere(view, move);
  const staged = stagedFiles(volume, view);
  store.moving.add(view.blockId);
  volume.claimedBytes += view.lengthBytes;
  try {
    const digest = await copy(store, readable, volume, staged, move);
    await store.inTurn(view.blockId, () => settle(store, view, volume, staged, digest, move.deleteHint));
  } catch (error) {
    await Promise.all([store.files.remove(staged.data), store.files.remove(staged.meta)]);
    throw error;
  } finally {
    volume.claimedBytes -= view.lengthBytes;
    store.moving.delete(view.blockId);
  }
}

function check(view: ReplicaView, lengthBytes: number, move: VolumeMove): void {
  if (view.state !== 'FINALIZED') {
    throw refusal('ReplicaNotFoundException', `Cannot append to an unfinalized replica ${describe(view)}`);
  }
  if (view.lengthBytes !== lengthBytes) {
    throw refusal(
      'IOException',
      `Corrupted replica ${describe(view)} with a length of ${view.lengthBytes} expected length is ${lengthBytes}`,
    );
  }
  // HDFS moves only between types; where a volume of the same type is named, it is meant.
  const { storageId } = move;
  const elsewhere = storageId !== undefined && storageId !== '' && storageId !== view.volume.storageId;
  if (view.volume.storageType === move.storageType && !elsewhere) throw alreadyThere(view, move);
}

/** Copies data and sums and syncs them; the digest of the data. */
async function copy(
  store: ReplicaStore,
  readable: ReadableReplica,
  volume: Volume,
  staged: Files,
  move: VolumeMove,
): Promise<Uint8Array> {
  const { view, format } = readable;
  const { files } = store;
  const hasher = new Blake3();
  const pieceBytes = Math.max(1, Math.floor(PIECE_BYTES / format.bytesPerChecksum)) * format.bytesPerChecksum;
  // What fails while reading is the other volume's concern.
  const blame = (error: Error): never => {
    store.diskError(volume, error);
    throw error;
  };
  const file = await files.open(staged.data, 'create').catch(blame);
  try {
    for (let position = 0; position < view.lengthBytes; position += pieceBytes) {
      const data = Buffer.allocUnsafe(Math.min(pieceBytes, view.lengthBytes - position));
      await move.throttle(data.length);
      await move.fill(position, data);
      hasher.update(data);
      await done((told) => file.write([data], position, told)).catch(blame);
    }
    await done((told) => file.sync(told)).catch(blame);
  } finally {
    await file.close();
  }
  await files.copy(store.pathsAt(view.volume, view.blockId, view.generationStamp).meta, staged.meta);
  return hasher.digest();
}

async function settle(
  store: ReplicaStore,
  before: ReplicaView,
  volume: Volume,
  staged: Files,
  digest: Uint8Array,
  deleteHint: string,
): Promise<void> {
  const { blockId, generationStamp, lengthBytes } = before;
  const now = store.view(blockId);
  const same = now?.state === 'FINALIZED' && now.generationStamp === generationStamp && now.volume === before.volume;
  if (!same || now.lengthBytes !== lengthBytes) {
    throw refusal('ReplicaNotFoundException', `Replica ${describe(before)} has changed while it was moved`);
  }
  const from = store.pathsAt(before.volume, blockId, generationStamp);
  const to = store.pathsAt(volume, blockId, generationStamp);
  await volume.finalizedFolder(blockId);
  // The sums go first: a crash between leaves what a scan can finish.
  await store.files.rename(staged.meta, to.meta);
  await store.files.rename(staged.data, to.data);
  await store.files.syncFolder(volume.finalizedPath(blockId));
  store.relocate(before, volume);
  await announce(store, { ...before, volume }, digest, deleteHint);
  await store.files.remove(from.data);
  await store.files.remove(from.meta);
}

/** In `tmp`, which a start empties; not under a name that a copy from elsewhere might take. */
function stagedFiles(volume: Volume, { blockId }: ReplicaView): Files {
  const data = `${volume.folders.tmp}/moving_${blockId}`;
  return { data, meta: `${data}.meta` };
}

function alreadyThere(view: ReplicaView, move: VolumeMove): Error {
  return refusal(
    'ReplicaAlreadyExistsException',
    `Replica ${describe(view)} already exists on storage ${move.storageType}`,
  );
}

function describe({ blockId, generationStamp, volume }: ReplicaView): string {
  return `blk_${blockId}_${generationStamp} on ${volume.storageId}`;
}

function done(start: (told: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null ? resolve() : reject(error)));
  });
}
