import { FailureError } from '@rfs/base/failure';
import type { ContentSummary, DfsClient, DfsOutputStream, FileChecksum, FileStatus, QuotaUsage } from '@rfs/client/dfs';
import type { ByteSink, ByteSource, CreateOptions, OpenOptions, ShellFiles, SpaceStatus } from './contract.js';

const ACCESS_BITS = { r: 4, w: 2 } as const;

/** A file being written to HDFS. */
class DfsSink implements ByteSink {
  private readonly stream: DfsOutputStream;

  constructor(stream: DfsOutputStream) {
    this.stream = stream;
  }

  write(piece: Uint8Array): Promise<void> {
    return this.stream.write(piece);
  }

  close(): Promise<void> {
    return this.stream.close();
  }

  async abort(): Promise<void> {
    this.stream.abort();
  }
}

/** An HDFS file system as the shell's commands see it. */
export class DistributedFiles implements ShellFiles {
  readonly scheme = 'hdfs';
  readonly authority: string;
  private readonly client: DfsClient;

  constructor(authority: string, client: DfsClient) {
    this.authority = authority;
    this.client = client;
  }

  get workingFolder(): string {
    return this.client.homeFolder;
  }

  get trashRoot(): string {
    return `${this.client.homeFolder}/.Trash`;
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.client.getFileInfo(path);
  }

  list(path: string): AsyncIterable<FileStatus> {
    return this.client.list(path);
  }

  contentSummary(path: string): Promise<ContentSummary> {
    return this.client.getContentSummary(path);
  }

  quotaUsage(path: string): Promise<QuotaUsage> {
    return this.client.getQuotaUsage(path);
  }

  space(): Promise<SpaceStatus> {
    return this.client.fsStats();
  }

  async replicaCounts(path: string): Promise<number[]> {
    const { blocks } = await this.client.blockLocations(path, 0, Number.MAX_SAFE_INTEGER);
    return blocks.map((block) => block.locs.length);
  }

  checksum(path: string): Promise<FileChecksum | undefined> {
    return this.client.fileChecksum(path);
  }

  async mayAccess(path: string, action: 'r' | 'w'): Promise<boolean> {
    try {
      await this.client.checkAccess(path, ACCESS_BITS[action]);
      return true;
    } catch (error) {
      const code = error instanceof FailureError ? error.failure.code : undefined;
      if (code === 'AccessControlException' || code === 'FileNotFoundException') return false;
      throw error;
    }
  }

  async serverTrashMinutes(): Promise<number> {
    return (await this.client.serverDefaults()).trashMinutes;
  }

  async open(path: string, options: OpenOptions = {}): Promise<ByteSource> {
    const { fromByte = 0, lengthBytes, verifyChecksum = true } = options;
    const input = await this.client.open(path, { verifyChecksum });
    const pieces = input.stream(fromByte, lengthBytes);
    return {
      [Symbol.asyncIterator]: () => pieces,
      close: async () => {
        await pieces.return();
      },
    };
  }

  async create(path: string, { overwrite, lazyPersist = false }: CreateOptions): Promise<ByteSink> {
    return new DfsSink(await this.client.create(path, { overwrite, lazyPersist }));
  }

  async append(path: string, newBlock: boolean): Promise<ByteSink> {
    return new DfsSink(await this.client.append(path, newBlock));
  }

  mkdirs(path: string, mode?: number): Promise<boolean> {
    return this.client.mkdirs(path, mode);
  }

  remove(path: string, recursive: boolean): Promise<boolean> {
    return this.client.delete(path, recursive);
  }

  rename(from: string, to: string): Promise<boolean> {
    return this.client.rename(from, to);
  }

  moveToTrash(from: string, to: string): Promise<void> {
    return this.client.rename2(from, to, { toTrash: true });
  }

  setMode(path: string, mode: number): Promise<void> {
    return this.client.setPermission(path, mode);
  }

  setOwner(path: string, owner: string | undefined, group: string | undefined): Promise<void> {
    return this.client.setOwner(path, owner, group);
  }

  setTimes(path: string, modifiedMs: number, accessedMs: number): Promise<void> {
    return this.client.setTimes(path, modifiedMs, accessedMs);
  }

  setReplication(path: string, replication: number): Promise<boolean> {
    return this.client.setReplication(path, replication);
  }

  truncate(path: string, lengthBytes: number): Promise<boolean> {
    return this.client.truncate(path, lengthBytes);
  }

  concat(target: string, sources: readonly string[]): Promise<void> {
    return this.client.concat(target, sources);
  }
}
