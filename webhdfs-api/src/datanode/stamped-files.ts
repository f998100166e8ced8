import type { CreateOptions, DfsFiles, ReadableFile, WritableFile } from '../operations/index.js';

/** Files of a user that tell whenever an answer of the namenode's has come that the client is to know of. */
export class StampedFiles implements DfsFiles {
  private readonly files: DfsFiles;
  private readonly answered: () => void;

  constructor(files: DfsFiles, answered: () => void) {
    this.files = files;
    this.answered = answered;
  }

  async open(path: string, stateId: number): Promise<ReadableFile> {
    const file = await this.files.open(path, stateId);
    this.answered();
    return file;
  }

  async create(path: string, options: CreateOptions): Promise<WritableFile> {
    return this.stamped(await this.files.create(path, options));
  }

  async append(path: string): Promise<WritableFile> {
    return this.stamped(await this.files.append(path));
  }

  async fileChecksum(path: string): Promise<{ readonly algorithm: string; readonly bytes: Uint8Array }> {
    const found = await this.files.fileChecksum(path);
    this.answered();
    return found;
  }

  private stamped(file: WritableFile): WritableFile {
    return {
      write: (bytes) => file.write(bytes),
      close: async () => {
        await file.close();
        this.answered();
      },
      abort: () => file.abort(),
    };
  }
}
