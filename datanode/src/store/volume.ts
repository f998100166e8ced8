import type { FolderLock } from '@rfs/base/disk';
import type { BlockId } from '@rfs/base/ids';
import type { DigestCatalog } from './catalog.js';
import type { FileSystemSpace, Files } from './files.js';
import { type PoolFolders, subdirOf, subdirPath } from './layout.js';

/** Storage types by HDFS's names, as `dfs.datanode.data.dir` prefixes and reports give them. */
export type StorageType = 'DISK' | 'SSD' | 'ARCHIVE' | 'RAM_DISK' | 'NVDIMM';

/** One folder of `dfs.datanode.data.dir`. */
export interface VolumeLocation {
  readonly folder: string;
  readonly storageType: StorageType;
}

/** Space of each volume that is left to others (`dfs.datanode.du.reserved`, `.pct`). */
export interface Reservation {
  readonly bytes: number;
  readonly percent: number;
}

/** A volume in use: where it is, who it is, how full it is. */
export class Volume {
  /** Position in the configuration; replica maps hold this. */
  readonly index: number;
  readonly folder: string;
  readonly storageType: StorageType;
  /** `DS-<uuid>`: what namenodes know it by. */
  readonly storageId: string;
  readonly folders: PoolFolders;
  readonly catalog: DigestCatalog;
  /** Set once, when the disk cannot be used any more. */
  failure: Error | null = null;
  failedAtMs = 0;
  /** Block and meta files. */
  usedBytes = 0;
  /** What replicas being written may still take. */
  claimedBytes = 0;

  private readonly files: Files;
  private readonly folderLock: FolderLock;
  private readonly reservation: Reservation;
  private space: FileSystemSpace = { totalBytes: 0, freeBytes: 0, availableBytes: 0 };
  private usedAtRefresh = 0;
  /** Finalized folders known to be there. */
  private readonly madeSubdirs = new Set<number>();

  constructor(options: {
    index: number;
    location: VolumeLocation;
    storageId: string;
    folders: PoolFolders;
    catalog: DigestCatalog;
    files: Files;
    folderLock: FolderLock;
    reservation: Reservation;
  }) {
    this.index = options.index;
    this.folder = options.location.folder;
    this.storageType = options.location.storageType;
    this.storageId = options.storageId;
    this.folders = options.folders;
    this.catalog = options.catalog;
    this.files = options.files;
    this.folderLock = options.folderLock;
    this.reservation = options.reservation;
  }

  /** What is left to others: the larger of both settings (ReservedSpaceCalculator). */
  get reservedBytes(): number {
    return Math.max(this.reservation.bytes, (this.space.totalBytes * this.reservation.percent) / 100);
  }

  /** What HDFS may use in all. */
  get capacityBytes(): number {
    return Math.max(0, this.space.totalBytes - this.reservedBytes);
  }

  /** What new replicas may take (FsVolumeImpl.getAvailable). */
  get availableBytes(): number {
    const sinceRefresh = this.usedBytes - this.usedAtRefresh;
    const stillReserved = Math.max(0, this.reservedBytes - this.othersBytes);
    const onDisk = this.space.availableBytes - sinceRefresh - stillReserved;
    return Math.max(0, Math.min(this.capacityBytes - this.usedBytes, onDisk) - this.claimedBytes);
  }

  /** What others take besides the space that is reserved for them (FsVolumeImpl.getNonDfsUsed). */
  get foreignBytes(): number {
    return Math.max(0, this.othersBytes - this.reservedBytes);
  }

  /** What others keep on the same file system; what it keeps for root is nobody's (FsVolumeImpl.getActualNonDfsUsed). */
  private get othersBytes(): number {
    return Math.max(0, this.space.totalBytes - this.space.freeBytes - this.usedAtRefresh);
  }

  async refreshSpace(): Promise<void> {
    this.space = await this.files.space(this.folder);
    this.usedAtRefresh = this.usedBytes;
  }

  /** The folder of a finalized replica, there or not. */
  finalizedPath(blockId: BlockId): string {
    return `${this.folders.finalized}/${subdirPath(subdirOf(blockId))}`;
  }

  /** The folder of a finalized replica, made if it was not there. */
  async finalizedFolder(blockId: BlockId): Promise<string> {
    const subdir = subdirOf(blockId);
    const folder = this.finalizedPath(blockId);
    if (!this.madeSubdirs.has(subdir)) {
      await this.files.makeFolder(folder);
      this.madeSubdirs.add(subdir);
    }
    return folder;
  }

  unlock(): Promise<void> {
    return this.folderLock.release();
  }
}
