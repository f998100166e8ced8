import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import { type Block, blockText } from './block.js';
import type { CatalogRecord } from './catalog.js';
import type { Files } from './files.js';
import { subdirOf } from './layout.js';
import { OpenReplica, type ReplicaOwner, type ReplicaPaths, type ReplicaState, replicaPaths } from './open-replica.js';
import { refusal } from './refusal.js';
import { type FoundReplica, ReplicaMap } from './replica-map.js';
import { scanVolume, spaceOf } from './scan.js';
import { Turns } from './turns.js';
import type { StorageType, Volume } from './volume.js';
import { VolumeChecks } from './volume-check.js';
import { chooseVolume, type VolumeChoice } from './volume-choice.js';

/** Told what namenodes have to hear of. */
export interface ReplicaEvents {
  /** A replica is being written. */
  receiving(replica: OpenReplica): void;
  /** A replica is finalized. Without digest: it was not written in one go, and follows once it has been read again. */
  received(block: Block, volume: Volume, digest: Uint8Array | null, deleteHint: string): void;
  /** The digest of a replica that was finalized without one, or before there were digests. */
  digestTaken(block: Block, volume: Volume, digest: Uint8Array): void;
  deleted(blockId: BlockId, generationStamp: GenerationStamp, volume: Volume): void;
  /** A volume and all its replicas are lost. */
  volumeFailed(volume: Volume): void;
}

/** A replica of any state, as it was when asked for. */
export interface ReplicaView {
  readonly blockId: BlockId;
  readonly generationStamp: GenerationStamp;
  readonly state: ReplicaState;
  /** What was accepted, on disk or not. */
  readonly lengthBytes: number;
  readonly onDiskBytes: number;
  /** -1 while it cannot be read. */
  readonly visibleBytes: number;
  readonly volume: Volume;
}

export interface StoreOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly poolId: string;
  readonly choice: VolumeChoice;
  readonly events: ReplicaEvents;
}

/** Errors that say the disk itself is gone, not the file. */
const DISK_ERRORS: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENODEV', 'ENXIO', 'EUCLEAN']);
/** Errors of a single file, or of a volume that is not what it was. */
const VOLUME_DOUBTS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ESTALE']);

/** The replicas of one block pool on all volumes (FsDatasetImpl): finalized ones in typed arrays, the others as objects. */
export class ReplicaStore {
  readonly files: Files;
  readonly clock: Clock;
  readonly poolId: string;
  readonly events: ReplicaEvents;
  volumes: readonly Volume[] = [];
  /** Blocks whose replica is being moved to another volume. */
  readonly moving = new Set<BlockId>();
  private readonly choice: VolumeChoice;
  private readonly finalized = new ReplicaMap();
  private readonly open = new Map<BlockId, OpenReplica>();
  private readonly turns = new Turns();
  private readonly checks: VolumeChecks;
  private deletions = 0;

  constructor(options: StoreOptions) {
    this.files = options.files;
    this.clock = options.clock;
    this.poolId = options.poolId;
    this.choice = options.choice;
    this.events = options.events;
    this.checks = new VolumeChecks(options.files, options.clock, (volume, error) => this.failVolume(volume, error));
  }

  /** Takes over the volumes and finds their replicas. */
  async load(volumes: readonly Volume[]): Promise<void> {
    this.volumes = volumes;
    const losers: { paths: ReplicaPaths; volume: Volume }[] = [];
    const sink = {
      finalized: (blockId: BlockId, stamp: GenerationStamp, lengthBytes: number, volume: Volume) => {
        volume.usedBytes += spaceOf(lengthBytes);
        const known = this.finalized.find(blockId);
        if (known !== null && (known.generationStamp - stamp || known.lengthBytes - lengthBytes) >= 0) {
          losers.push({ paths: this.pathsAt(volume, blockId, stamp), volume });
          return;
        }
        if (known !== null) {
          const loser = this.volumes[known.volume]!;
          losers.push({ paths: this.pathsAt(loser, blockId, known.generationStamp), volume: loser });
          this.dropFinalized(blockId);
        }
        this.keepFinalized(blockId, stamp, lengthBytes, volume);
      },
      open: (replica: OpenReplica) => {
        const known = this.finalized.find(replica.blockId);
        const stands = known === null ? this.open.get(replica.blockId)?.generationStamp : known.generationStamp;
        if (stands === undefined || stands < replica.generationStamp) this.open.set(replica.blockId, replica);
      },
    };
    await Promise.all(volumes.map((volume) => scanVolume(this.files, volume, sink)));
    for (const { paths } of losers) await this.removeFiles(paths);
    // A replica left in `rbw` beside an older finalized one was an append that had only begun to move it.
    for (const replica of this.open.values())
      if (this.finalized.has(replica.blockId)) this.dropFinalized(replica.blockId);
  }

  get finalizedCount(): number {
    return this.finalized.size;
  }

  /** Replicas whose files still wait to be removed. */
  get pendingDeletions(): number {
    return this.deletions;
  }

  openReplicas(): IterableIterator<OpenReplica> {
    return this.open.values();
  }

  /** Parts in which {@link walkFinalized} goes through the finalized replicas; one is short enough for one turn. */
  get finalizedParts(): number {
    return this.finalized.partCount;
  }

  walkFinalized(part: number, visit: (replica: FoundReplica) => void): void {
    this.finalized.walk(part, visit);
  }

  /** The replica of a block whatever its stamp and state; null when there is none. */
  view(blockId: BlockId): ReplicaView | null {
    const open = this.open.get(blockId);
    if (open !== undefined) {
      return {
        blockId,
        generationStamp: open.generationStamp,
        state: open.state,
        lengthBytes: open.receivedBytes,
        onDiskBytes: open.onDiskBytes,
        visibleBytes: open.visibleBytes,
        volume: open.volume,
      };
    }
    const found = this.finalized.find(blockId);
    if (found === null) return null;
    const { generationStamp, lengthBytes, volume } = found;
    return {
      blockId,
      generationStamp,
      state: 'FINALIZED',
      lengthBytes,
      onDiskBytes: lengthBytes,
      visibleBytes: lengthBytes,
      volume: this.volumes[volume]!,
    };
  }

  /** The replica with exactly the block's stamp; throws ReplicaNotFoundException. */
  exact(block: Block): ReplicaView {
    const view = this.viewInPool(block);
    if (view === null) throw refusal('ReplicaNotFoundException', `Replica does not exist ${blockText(block)}`);
    if (view.generationStamp !== block.generationStamp) {
      throw refusal(
        'ReplicaNotFoundException',
        `Cannot append to a replica with unexpected generation stamp ${blockText(block)}`,
      );
    }
    return view;
  }

  /** The replica of the block in any stamp, if the block is of this pool. */
  viewInPool(block: Block): ReplicaView | null {
    return block.poolId === this.poolId ? this.view(block.blockId) : null;
  }

  openReplica(blockId: BlockId): OpenReplica | undefined {
    return this.open.get(blockId);
  }

  /** Operations that move a replica between states follow one another for each block. */
  inTurn<T>(blockId: BlockId, action: () => Promise<T>): Promise<T> {
    return this.turns.run(blockId, action);
  }

  /** Makes room on a volume for a new replica of up to the block's length, without files yet. */
  allocate(
    block: Block,
    state: 'RBW' | 'TEMPORARY',
    storageType: StorageType,
    storageId: string | undefined,
    owner: ReplicaOwner,
  ): OpenReplica {
    const volume = this.chooseVolume(storageType, storageId, block.lengthBytes);
    const replica = new OpenReplica(block.blockId, block.generationStamp, volume, state);
    replica.claim(block.lengthBytes);
    replica.owner = owner;
    this.open.set(block.blockId, replica);
    return replica;
  }

  /** The volume for `neededBytes` more: the named one if it has the type and room. Throws when none has. */
  chooseVolume(storageType: StorageType, storageId: string | undefined, neededBytes: number): Volume {
    return chooseVolume(this.choice, this.volumes, storageType, storageId, neededBytes);
  }

  /** A finalized replica is on another volume from now on: its files are in place there. In the block's turn. */
  relocate(view: ReplicaView, volume: Volume): void {
    this.dropFinalized(view.blockId);
    view.volume.usedBytes -= spaceOf(view.lengthBytes);
    volume.usedBytes += spaceOf(view.lengthBytes);
    this.keepFinalized(view.blockId, view.generationStamp, view.lengthBytes, volume);
  }

  /** A finalized replica has another stamp: its meta file has its new name. */
  restamp(view: ReplicaView, generationStamp: GenerationStamp): void {
    this.finalized.set(view.blockId, generationStamp, view.lengthBytes, view.volume.index);
  }

  /** Takes in a finalized replica whose files a scan has found on a volume. In the block's turn, when it has none. */
  adopt(volume: Volume, blockId: BlockId, generationStamp: GenerationStamp, lengthBytes: number): void {
    volume.usedBytes += spaceOf(lengthBytes);
    this.keepFinalized(blockId, generationStamp, lengthBytes, volume);
  }

  /** The file of a finalized replica has another length than it should. In the block's turn. */
  relength(view: ReplicaView, lengthBytes: number): void {
    view.volume.usedBytes += spaceOf(lengthBytes) - spaceOf(view.lengthBytes);
    this.finalized.set(view.blockId, view.generationStamp, lengthBytes, view.volume.index);
  }

  /** Registers a replica that is no longer finalized, or is under recovery. */
  keepOpen(replica: OpenReplica): void {
    this.dropFinalized(replica.blockId);
    this.open.set(replica.blockId, replica);
  }

  /** An open replica counts as finalized from now on: its files are in place. */
  settle(replica: OpenReplica): void {
    this.open.delete(replica.blockId);
    replica.claim(-replica.claimedBytes);
    this.keepFinalized(replica.blockId, replica.generationStamp, replica.onDiskBytes, replica.volume);
  }

  /** Forgets an open replica and removes its files. */
  async discard(replica: OpenReplica): Promise<void> {
    const paths = await replica.paths();
    if (this.open.get(replica.blockId) === replica) this.open.delete(replica.blockId);
    replica.claim(-replica.claimedBytes);
    replica.volume.usedBytes -= spaceOf(replica.onDiskBytes);
    await this.removeFiles(paths);
  }

  /** Removes a finalized replica that makes way for a newer one. */
  async removeFinalized(view: ReplicaView): Promise<void> {
    this.dropFinalized(view.blockId);
    view.volume.usedBytes -= spaceOf(view.onDiskBytes);
    await this.removeFiles(this.pathsAt(view.volume, view.blockId, view.generationStamp));
  }

  /**
   * Deletes a replica that the namenode no longer wants; its files go later. False when there is none with that stamp
   * (FsDatasetImpl.invalidate).
   */
  async invalidate(blockId: BlockId, generationStamp: GenerationStamp): Promise<boolean> {
    await this.open.get(blockId)?.owner?.stop();
    return this.inTurn(blockId, async () => {
      const view = this.view(blockId);
      if (view === null || view.generationStamp !== generationStamp) return false;
      const open = this.open.get(blockId);
      const paths = open === undefined ? this.pathsAt(view.volume, blockId, generationStamp) : await open.paths();
      if (open === undefined) this.dropFinalized(blockId);
      else {
        this.open.delete(blockId);
        open.claim(-open.claimedBytes);
      }
      view.volume.usedBytes -= spaceOf(view.onDiskBytes);
      this.deletions++;
      try {
        await this.removeFiles(paths);
      } catch (error) {
        this.diskError(view.volume, error as Error);
      } finally {
        this.deletions--;
      }
      this.events.deleted(blockId, generationStamp, view.volume);
      return true;
    });
  }

  /** Where a finalized replica's files are. */
  pathsAt(volume: Volume, blockId: BlockId, generationStamp: GenerationStamp): ReplicaPaths {
    return replicaPaths(volume.finalizedPath(blockId), blockId, generationStamp);
  }

  /** Whether the volume of that index holds what a catalog's record says. */
  holds(volume: number, record: CatalogRecord): boolean {
    const found = this.finalized.find(record.blockId);
    return found !== null && found.volume === volume && found.generationStamp === record.generationStamp;
  }

  /**
   * An operation on the volume failed. An error that means the disk is gone takes the volume out of service; after one
   * that may be a single file's it is checked.
   */
  diskError(volume: Volume, error: Error): void {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (volume.failure !== null) return;
    if (DISK_ERRORS.has(code)) this.failVolume(volume, error);
    else if (VOLUME_DOUBTS.has(code)) this.checks.want(volume);
  }

  private failVolume(volume: Volume, error: Error): void {
    if (volume.failure !== null) return;
    volume.failure = error;
    volume.failedAtMs = this.clock.nowMs();
    for (const replica of [...this.open.values()]) {
      if (replica.volume === volume) this.open.delete(replica.blockId);
    }
    const lost: BlockId[] = [];
    for (let part = 0; part < this.finalized.partCount; part++) {
      this.finalized.walk(part, (replica) => {
        if (replica.volume === volume.index) lost.push(replica.blockId);
      });
    }
    for (const blockId of lost) this.finalized.delete(blockId);
    this.events.volumeFailed(volume);
  }

  /** Ends all writing and gives the folders back. */
  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((replica) => replica.owner?.stop()));
    await this.checks.idle();
    for (const volume of this.volumes) await volume.unlock();
  }

  private keepFinalized(blockId: BlockId, stamp: GenerationStamp, lengthBytes: number, volume: Volume): void {
    this.finalized.set(blockId, stamp, lengthBytes, volume.index);
    volume.catalog.countLive(subdirOf(blockId), 1);
  }

  private dropFinalized(blockId: BlockId): void {
    const found = this.finalized.find(blockId);
    if (found === null) return;
    this.volumes[found.volume]!.catalog.countLive(subdirOf(blockId), -1);
    this.finalized.delete(blockId);
  }

  private async removeFiles(paths: ReplicaPaths): Promise<void> {
    await this.files.remove(paths.data);
    await this.files.remove(paths.meta);
  }
}
