import type { Clock } from '@rfs/base/seams';
import type { DfsClient } from '@rfs/client/dfs';
import type { CreateOptions, DfsFiles, ReadableFile, WritableFile } from '../operations/index.js';
import { OpenFiles } from './open-files.js';

/** Clients seek, and abandon what they asked for: more would be read in vain, and slow readers would hold it. */
const READ_AHEAD_BYTES = 256 * 1024;

/** The file system of one user behind the REST door. */
export class UserFiles implements DfsFiles {
  readonly client: DfsClient;
  private readonly openFiles: OpenFiles;

  constructor(client: DfsClient, clock: Clock) {
    this.client = client;
    this.openFiles = new OpenFiles((path) => client.open(path, { readAheadBytes: READ_AHEAD_BYTES }), clock);
  }

  open(path: string, stateId: number): Promise<ReadableFile> {
    return this.openFiles.open(path, stateId);
  }

  create(path: string, options: CreateOptions): Promise<WritableFile> {
    return this.client.create(path, options);
  }

  append(path: string): Promise<WritableFile> {
    return this.client.append(path);
  }

  fileChecksum(path: string): Promise<{ readonly algorithm: string; readonly bytes: Uint8Array }> {
    return this.client.fileChecksum(path);
  }
}
