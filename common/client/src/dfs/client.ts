import { type Address, type Config, clientOptions } from '@rfs/base/config';
import { FailureError } from '@rfs/base/failure';
import type { Clock, Random } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import {
  type DatanodeInfoProto,
  DatanodeReportTypeProto,
  type LocatedBlocksProto,
  type SafeModeActionProto,
} from '@rfs/protocol/messages';
import { type FileChecksum, fileChecksum } from '../checksums/index.js';
import { isNameservice, NamenodeGroup, namenodesOf } from '../namenodes/index.js';
import { DatanodeConnections, DfsInputStream, type LocalReplicas } from '../reading/index.js';
import { type ClientSettings, clientSettings, withPackets } from '../settings/index.js';
import type { DfsOutputStream } from '../writing/index.js';
import { LeaseKeeper } from './lease-keeper.js';
import { type FileStatus, nameFromProto, statusFromProto } from './status.js';
import {
  type ContentSummary,
  defaultsFromProto,
  type FsStats,
  type QuotaUsage,
  quotaUsageFromProto,
  type ServerDefaults,
  statsFromProto,
  summaryFromProto,
} from './summaries.js';
import { type CreateFileOptions, Writers } from './writers.js';

export interface DfsClientOptions {
  /** `host:port`, or a nameservice of the configuration. */
  readonly authority: string;
  /** The namenodes in the order they are asked; those of the authority when absent. */
  readonly namenodes?: readonly Address[];
  /** Loaded with `clientOptions`. */
  readonly config: Config;
  readonly user: string;
  /** Who is really calling, when `user` is somebody he acts for. */
  readonly realUser?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Replicas of this process, read and written without a connection. */
  readonly localReplicas?: LocalReplicas | undefined;
  /** The address of this machine to call a namenode's host from, by which the namenode knows who is near. */
  readonly callFrom?: ((host: string) => string | undefined) | undefined;
  /** Packets are at least this large, whatever the configuration says: for who writes much at once. */
  readonly leastPacketBytes?: number;
}

export interface OpenOptions {
  readonly verifyChecksum?: boolean;
  /** Verified bytes that may wait for the reader; 2 MiB when absent, which is for fast readers. */
  readonly readAheadBytes?: number;
}

export interface RenameOptions {
  /** Replaces a file, or an empty directory, that is in the way. */
  readonly overwrite?: boolean;
  readonly toTrash?: boolean;
}

/** Permissions of new directories before the umask. */
const FOLDER_MODE = 0o777;

/**
 * A client of one HDFS file system. Paths are absolute. What the file system refuses is thrown as FailureError with
 * HDFS's exception (`failure.code` is a row of `@rfs/protocol/exceptions`).
 */
export class DfsClient {
  readonly settings: ClientSettings;
  readonly user: string;
  private readonly namenodes: NamenodeGroup;
  private readonly connections: DatanodeConnections;
  private readonly writers: Writers;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly localReplicas: LocalReplicas | undefined;
  private readonly clientName: string;
  private defaults: { readonly value: ServerDefaults; readonly untilMs: number } | undefined;

  constructor(options: DfsClientOptions) {
    const { authority, config, user, realUser, clock, random } = options;
    this.settings = withPackets(clientSettings(config), options.leastPacketBytes ?? 0);
    this.user = user;
    this.clock = clock;
    this.random = random;
    this.localReplicas = options.localReplicas;
    this.namenodes = new NamenodeGroup({
      addresses: options.namenodes ?? orderOf(authority, config, random),
      name: authority,
      user,
      realUser,
      settings: this.settings,
      callFrom: options.callFrom,
      clock,
      random,
    });
    this.connections = new DatanodeConnections(this.settings, clock);
    // HDFS's tools know lease holders by this form of name (DFSClient).
    this.clientName = `DFSClient_NONMAPREDUCE_${random.below(2 ** 31)}_1`;
    const leases = new LeaseKeeper(this.clientName, this.namenodes, clock);
    this.writers = new Writers(this.namenodes, leases, this.settings, clock, this.localReplicas);
  }

  /** The highest state of the namespace that an answer came from; -1 before the first. */
  get stateId(): number {
    return this.namenodes.stateId;
  }

  /** Reads nothing older than this state from now on: whoever is asking has seen it. */
  saw(stateId: number): void {
    this.namenodes.saw(stateId);
  }

  /** What is at `path`; undefined when nothing is. */
  async getFileInfo(path: string): Promise<FileStatus | undefined> {
    const { fs } = await this.namenodes.call('getFileInfo', { src: path });
    return fs === undefined ? undefined : statusFromProto(fs, path);
  }

  /**
   * What is in a directory, by name; page after page is asked for as the loop goes on. A file lists itself. Throws
   * FileNotFoundException when nothing is there.
   */
  async *list(path: string): AsyncGenerator<FileStatus, void> {
    const folder = path.endsWith('/') ? path : `${path}/`;
    let startAfter: Uint8Array = new Uint8Array(0);
    for (;;) {
      const { dirList } = await this.namenodes.call('getListing', { src: path, startAfter, needLocation: false });
      if (dirList === undefined) {
        // A directory that goes away between two pages simply ends; one that was never there is an error.
        if (startAfter.length > 0) return;
        throw missing(path);
      }
      for (const entry of dirList.partialListing) {
        const name = nameFromProto(entry);
        yield statusFromProto(entry, name === '' ? path : folder + name);
      }
      const last = dirList.partialListing.at(-1);
      if (dirList.remainingEntries === 0 || last === undefined) return;
      startAfter = last.path;
    }
  }

  /** Makes a directory and its parents; true also when it was there already. */
  async mkdirs(path: string, mode = FOLDER_MODE & ~this.settings.umask, createParent = true): Promise<boolean> {
    const request = { src: path, masked: { perm: mode }, createParent, unmasked: { perm: mode } };
    return (await this.namenodes.call('mkdirs', request)).result;
  }

  /** Makes a file and opens it for writing. */
  async create(path: string, options: CreateFileOptions = {}): Promise<DfsOutputStream> {
    return this.writers.create(path, options, await this.serverDefaults());
  }

  /** Opens a file for writing at its end; with `newBlock` in a block of its own. */
  async append(path: string, newBlock = false): Promise<DfsOutputStream> {
    return this.writers.append(path, newBlock, await this.serverDefaults());
  }

  /** Opens a file for reading. */
  async open(path: string, { verifyChecksum = true, readAheadBytes }: OpenOptions = {}): Promise<DfsInputStream> {
    return DfsInputStream.open({
      path,
      clientName: this.clientName,
      user: this.user,
      verifyChecksum,
      readAheadBytes,
      localReplicas: this.localReplicas,
      namenodes: this.namenodes,
      connections: this.connections,
      settings: this.settings,
      clock: this.clock,
      random: this.random,
    });
  }

  /** HDFS's old rename: false when it cannot be done, into the directory when the target is one. */
  async rename(from: string, to: string): Promise<boolean> {
    return (await this.namenodes.call('rename', { src: from, dst: to })).result;
  }

  /** The rename that says why it cannot be done. */
  async rename2(from: string, to: string, { overwrite = false, toTrash = false }: RenameOptions = {}): Promise<void> {
    await this.namenodes.call('rename2', { src: from, dst: to, overwriteDest: overwrite, moveToTrash: toTrash });
  }

  /** False when nothing was there. */
  async delete(path: string, recursive: boolean): Promise<boolean> {
    return (await this.namenodes.call('delete', { src: path, recursive })).result;
  }

  async setPermission(path: string, mode: number): Promise<void> {
    await this.namenodes.call('setPermission', { src: path, permission: { perm: mode } });
  }

  async setOwner(path: string, owner: string | undefined, group: string | undefined): Promise<void> {
    await this.namenodes.call('setOwner', { src: path, username: owner, groupname: group });
  }

  /** Times in ms; -1 leaves one as it is. */
  async setTimes(path: string, modifiedMs: number, accessedMs: number): Promise<void> {
    await this.namenodes.call('setTimes', { src: path, mtime: modifiedMs, atime: accessedMs });
  }

  /** False for a directory. */
  async setReplication(path: string, replication: number): Promise<boolean> {
    return (await this.namenodes.call('setReplication', { src: path, replication })).result;
  }

  async getContentSummary(path: string): Promise<ContentSummary> {
    return summaryFromProto((await this.namenodes.call('getContentSummary', { path })).summary);
  }

  async getQuotaUsage(path: string): Promise<QuotaUsage> {
    return quotaUsageFromProto((await this.namenodes.call('getQuotaUsage', { path })).usage);
  }

  async fsStats(): Promise<FsStats> {
    return statsFromProto(await this.namenodes.call('getFsStats', {}));
  }

  async datanodeReport(type: DatanodeReportTypeProto = DatanodeReportTypeProto.ALL): Promise<DatanodeInfoProto[]> {
    return (await this.namenodes.call('getDatanodeReport', { type })).di;
  }

  /** Enters or leaves safe mode, or asks; true when it is on afterwards. */
  async safeMode(action: SafeModeActionProto): Promise<boolean> {
    return (await this.namenodes.call('setSafeMode', { action, checked: false })).result;
  }

  /** Makes later reads, on whatever namenode, see every change made so far. */
  async msync(): Promise<void> {
    await this.namenodes.call('msync', {});
  }

  /** Takes a file from a writer that is gone; true when it is closed now. */
  async recoverLease(path: string): Promise<boolean> {
    return (await this.namenodes.call('recoverLease', { src: path, clientName: this.clientName })).result;
  }

  async isFileClosed(path: string): Promise<boolean> {
    return (await this.namenodes.call('isFileClosed', { src: path })).result;
  }

  /** True when done, false when the last block is being recovered until isFileClosed says otherwise. */
  async truncate(path: string, lengthBytes: number): Promise<boolean> {
    const request = { src: path, newLength: lengthBytes, clientName: this.clientName };
    return (await this.namenodes.call('truncate', request)).result;
  }

  /** Moves the blocks of `sources` behind those of `target`. */
  async concat(target: string, sources: readonly string[]): Promise<void> {
    await this.namenodes.call('concat', { trg: target, srcs: [...sources] });
  }

  /** Refused with AccessControlException when this user may not do to `path` what the bits (r 4, w 2, x 1) say. */
  async checkAccess(path: string, bits: number): Promise<void> {
    await this.namenodes.call('checkAccess', { path, mode: bits as never });
  }

  /** The file's blocks in a range and the datanodes that have them. */
  async blockLocations(path: string, offset: number, lengthBytes: number): Promise<LocatedBlocksProto> {
    const { locations } = await this.namenodes.call('getBlockLocations', { src: path, offset, length: lengthBytes });
    if (locations === undefined) throw missing(path);
    return locations;
  }

  /** A checksum of the whole file, computed by the datanodes. */
  async fileChecksum(path: string): Promise<FileChecksum> {
    const { blocks } = await this.blockLocations(path, 0, Number.MAX_SAFE_INTEGER);
    return fileChecksum(path, blocks, this.settings, this.clock);
  }

  /** The namenode's defaults; remembered for dfs.client.server-defaults.validity.period.ms. */
  async serverDefaults(): Promise<ServerDefaults> {
    const nowMs = this.clock.monotonicMs();
    if (this.defaults !== undefined && this.defaults.untilMs > nowMs) return this.defaults.value;
    const { serverDefaults } = await this.namenodes.call('getServerDefaults', {});
    const value = defaultsFromProto(serverDefaults);
    this.defaults = { value, untilMs: nowMs + this.settings.serverDefaultsValidityMs };
    return value;
  }

  /** Where this user's relative paths start. */
  get homeFolder(): string {
    return `${this.settings.homePrefix}/${this.user}`;
  }

  /** Ends all connections. Files that are still open for writing are given up. */
  close(): void {
    this.writers.abortAll();
    this.connections.close();
    this.namenodes.close();
  }
}

/** The namenodes behind the authority; those of a nameservice in random order where that is configured. */
function orderOf(authority: string, config: Config, random: Random): ReturnType<typeof namenodesOf> {
  const addresses = namenodesOf(authority, config);
  if (!isNameservice(authority, config) || !config.get(clientOptions.failoverRandomOrder)) return addresses;
  for (let at = addresses.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [addresses[at], addresses[other]] = [addresses[other]!, addresses[at]!];
  }
  return addresses;
}

function missing(path: string): FailureError {
  return new FailureError(failure('FileNotFoundException', `File ${path} does not exist.`));
}
