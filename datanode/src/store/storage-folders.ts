import type { FolderLock } from '@rfs/base/disk';
import type { Random } from '@rfs/base/seams';
import { type CatalogRecord, DigestCatalog } from './catalog.js';
import type { Files } from './files.js';
import { DATANODE_LAYOUT_VERSION, poolFolders } from './layout.js';
import { refusal } from './refusal.js';
import { formatProperties, parseProperties } from './version-file.js';
import { type Reservation, Volume, type VolumeLocation } from './volume.js';

/** Which namespace a datanode serves; the same from every namenode, for ever (NamespaceInfo). */
export interface NamespaceIdentity {
  readonly namespaceId: number;
  readonly clusterId: string;
  readonly cTime: number;
  readonly blockPoolId: string;
}

/** A configured folder that could not be used. */
export interface FailedFolder {
  readonly location: VolumeLocation;
  readonly error: Error;
}

interface OpenFolder {
  readonly location: VolumeLocation;
  readonly lock: FolderLock;
  /** Empty when the folder has not been formatted. */
  readonly version: ReadonlyMap<string, string>;
}

export interface FolderOptions {
  readonly files: Files;
  readonly random: Random;
  readonly locations: readonly VolumeLocation[];
  readonly reservation: Reservation;
  /** Of the folders themselves (`dfs.datanode.data.dir.perm`). */
  readonly permissions: number;
  /** `dfs.datanode.failed.volumes.tolerated` */
  readonly toleratedFailures: number;
}

/**
 * The folders of `dfs.datanode.data.dir`, locked, before and after the datanode knows its namespace (DataStorage,
 * BlockPoolSliceStorage).
 */
export class StorageFolders {
  readonly datanodeUuid: string;
  readonly failed: readonly FailedFolder[];
  private readonly options: FolderOptions;
  private readonly folders: readonly OpenFolder[];

  private constructor(
    options: FolderOptions,
    folders: readonly OpenFolder[],
    failed: readonly FailedFolder[],
    datanodeUuid: string,
  ) {
    this.options = options;
    this.folders = folders;
    this.failed = failed;
    this.datanodeUuid = datanodeUuid;
  }

  /** Locks the folders and reads who they belong to. Throws when more of them fail than is tolerated. */
  static async open(options: FolderOptions): Promise<StorageFolders> {
    const folders: OpenFolder[] = [];
    const failed: FailedFolder[] = [];
    for (const location of options.locations) {
      try {
        folders.push(await openFolder(options, location));
      } catch (error) {
        failed.push({ location, error: error as Error });
      }
    }
    try {
      if (folders.length === 0 || failed.length > options.toleratedFailures) {
        const reasons = failed.map(({ location, error }) => `${location.folder}: ${error.message}`).join('; ');
        throw new Error(`Too many failed volumes (dfs.datanode.data.dir): ${reasons}`);
      }
      return new StorageFolders(options, folders, failed, commonUuid(folders) ?? newUuid(options.random));
    } catch (error) {
      for (const folder of folders) await folder.lock.release();
      throw error;
    }
  }

  /**
   * Makes volumes of the folders for a namespace: formats empty ones, refuses those of another cluster or namespace.
   * @param isLive whether the volume of that index has the finalized replica
   */
  async attach(
    namespace: NamespaceIdentity,
    isLive: (volume: number, record: CatalogRecord) => boolean,
  ): Promise<Volume[]> {
    const volumes: Volume[] = [];
    for (const [index, folder] of this.folders.entries()) {
      const storageId = await this.checkVolume(folder, namespace);
      await this.checkPool(folder.location.folder, namespace);
      const folders = poolFolders(folder.location.folder, namespace.blockPoolId);
      const catalog = new DigestCatalog(this.options.files, folders.finalized, (record) => isLive(index, record));
      const volume = new Volume({
        index,
        location: folder.location,
        storageId,
        folders,
        catalog,
        files: this.options.files,
        folderLock: folder.lock,
        reservation: this.options.reservation,
      });
      await volume.refreshSpace();
      volumes.push(volume);
    }
    return volumes;
  }

  /** For a datanode that stops before it has volumes. */
  async release(): Promise<void> {
    for (const folder of this.folders) await folder.lock.release();
  }

  private async checkVolume(folder: OpenFolder, namespace: NamespaceIdentity): Promise<string> {
    const root = folder.location.folder;
    const { version } = folder;
    if (version.size === 0) return this.formatVolume(folder, namespace);
    const layout = Number(version.get('layoutVersion'));
    if (layout !== DATANODE_LAYOUT_VERSION) {
      throw refusal(
        'IncorrectVersionException',
        `${root} has layout version ${layout}, this datanode reads ${DATANODE_LAYOUT_VERSION}`,
      );
    }
    if (version.get('clusterID') !== namespace.clusterId) {
      throw refusal(
        'IOException',
        `Incompatible clusterIDs in ${root}: namenode clusterID = ${namespace.clusterId}; ` +
          `datanode clusterID = ${version.get('clusterID')}`,
      );
    }
    const storageId = version.get('storageID');
    if (storageId === undefined || storageId === '') {
      throw refusal('InconsistentFSStateException', `${root}/current/VERSION has no storageID`);
    }
    return storageId;
  }

  private async formatVolume(folder: OpenFolder, namespace: NamespaceIdentity): Promise<string> {
    const root = folder.location.folder;
    const storageId = `DS-${newUuid(this.options.random)}`;
    await this.writeVersion(`${root}/current`, [
      ['storageID', storageId],
      ['clusterID', namespace.clusterId],
      ['cTime', '0'],
      ['datanodeUuid', this.datanodeUuid],
      ['storageType', 'DATA_NODE'],
      ['layoutVersion', String(DATANODE_LAYOUT_VERSION)],
    ]);
    return storageId;
  }

  private async checkPool(root: string, namespace: NamespaceIdentity): Promise<void> {
    const { files } = this.options;
    const folders = poolFolders(root, namespace.blockPoolId);
    const bytes = await files.readAll(`${folders.current}/VERSION`);
    if (bytes === null) {
      await this.writeVersion(folders.current, [
        ['namespaceID', String(namespace.namespaceId)],
        ['cTime', String(namespace.cTime)],
        ['blockpoolID', namespace.blockPoolId],
        ['layoutVersion', String(DATANODE_LAYOUT_VERSION)],
      ]);
    } else {
      const version = parseProperties(bytes.toString('utf8'));
      const known = `${version.get('namespaceID')} ${version.get('blockpoolID')} ${version.get('cTime')}`;
      const wanted = `${namespace.namespaceId} ${namespace.blockPoolId} ${namespace.cTime}`;
      if (known !== wanted) {
        const what = `namespaceID, blockpoolID and cTime are ${known}, the namenode's ${wanted}`;
        throw refusal('IOException', `Incompatible namespaceIDs in ${folders.pool}: ${what}`);
      }
    }
    await files.makeFolder(folders.finalized);
    await files.makeFolder(folders.rbw);
    await files.makeFolder(folders.tmp);
  }

  private async writeVersion(folder: string, entries: [string, string][]): Promise<void> {
    const { files } = this.options;
    await files.makeFolder(folder);
    await files.replace(`${folder}/VERSION`, formatProperties(new Map(entries), 'rfs'));
    await files.syncFolder(folder);
  }
}

async function openFolder({ files, permissions }: FolderOptions, location: VolumeLocation): Promise<OpenFolder> {
  await files.makeFolder(location.folder, permissions);
  const lock = await files.lock(`${location.folder}/in_use.lock`);
  try {
    const bytes = await files.readAll(`${location.folder}/current/VERSION`);
    return { location, lock, version: bytes === null ? new Map() : parseProperties(bytes.toString('utf8')) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The datanode that all formatted folders name; undefined when none is formatted. */
function commonUuid(folders: readonly OpenFolder[]): string | undefined {
  let common: string | undefined;
  for (const { location, version } of folders) {
    const uuid = version.get('datanodeUuid');
    if (uuid === undefined || uuid === '') continue;
    if (common !== undefined && common !== uuid) {
      throw new Error(`Root ${location.folder}: DatanodeUuid=${uuid}, does not match ${common} of the other volumes`);
    }
    common = uuid;
  }
  return common;
}

/** A random UUID (RFC 9562 version 4). */
function newUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
