import type { Logger } from '@rfs/base/log';

const FOLDER = '/lost+found';

/** What copies what is left of a file: a client of this very file system. Methods reject with the reason. */
export interface RescueFileSystem {
  getFileInfo(path: string): Promise<{ readonly kind: string } | undefined>;
  mkdirs(path: string, mode?: number): Promise<boolean>;
  open(path: string): Promise<{ stream(position: number, lengthBytes: number): AsyncIterable<Uint8Array> }>;
  create(path: string, options: { readonly overwrite: boolean }): Promise<RescueOutput>;
  close(): void;
}

interface RescueOutput {
  write(bytes: Uint8Array): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A block of a file that lost some. */
export interface LossyBlock {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** A replica is known, sound or not. */
  readonly known: boolean;
}

/** A file that lost blocks. */
export interface LossyFile {
  readonly path: string;
  /** Its permission, which the folder of its remains gets. */
  readonly mode: number;
  readonly blocks: readonly LossyBlock[];
}

/**
 * Keeps what is left of files under /lost+found, as `hdfs fsck -move` does: the remains of /a/b are the files
 * /lost+found/a/b/0, 1 and so on, one for each row of blocks that could be read (NamenodeFsck.copyBlocksToLostFound).
 * The file itself stays.
 */
export class LostFound {
  private readonly open: (user?: string) => RescueFileSystem;
  private readonly log: Logger;

  /** @param open a client as a user; without one as the namenode itself. It is closed after use. */
  constructor(open: (user?: string) => RescueFileSystem, log: Logger) {
    this.open = open;
    this.log = log;
  }

  /** Copies what is left, for a user. Tells false when not all of it could be copied; the log says why. */
  rescue(file: LossyFile, user: string, done: (whole: boolean) => void): void {
    void this.keep(file, user).then(done);
  }

  private async keep(file: LossyFile, user: string): Promise<boolean> {
    const { path } = file;
    const own = this.open();
    const asked = this.open(user);
    const target = `${FOLDER}${path}`;
    try {
      if (!(await this.prepare(own))) return false;
      if ((await own.getFileInfo(target)) !== undefined) {
        this.log.warn('the remains of a file are not copied, as others are there', { path, target });
        return true;
      }
      await asked.mkdirs(target, file.mode);
      return await this.copy(own, file, target);
    } catch (error) {
      this.log.error('the remains of a file cannot be copied', { path, target, error });
      return false;
    } finally {
      own.close();
      asked.close();
    }
  }

  /** Block after block; one that cannot be read ends a row as one does of which nothing is known. */
  private async copy(own: RescueFileSystem, { path, blocks }: LossyFile, target: string): Promise<boolean> {
    const file = await own.open(path);
    let out: RescueOutput | undefined;
    let rows = 0;
    let whole = true;
    for (const { offsetBytes, lengthBytes, known } of blocks) {
      if (known) {
        out ??= await own.create(`${target}/${rows++}`, { overwrite: true });
        try {
          for await (const piece of file.stream(offsetBytes, lengthBytes)) await out.write(piece);
          continue;
        } catch (error) {
          whole = false;
          this.log.error('a block of a file cannot be copied', { path, target, offsetBytes, error });
        }
      }
      await out?.close();
      out = undefined;
    }
    await out?.close();
    this.log.info('copied the remains of a file', { path, target, rows, whole });
    return whole;
  }

  private async prepare(own: RescueFileSystem): Promise<boolean> {
    const found = await own.getFileInfo(FOLDER);
    if (found === undefined) return own.mkdirs(FOLDER);
    if (found.kind === 'directory') return true;
    this.log.warn('the remains of files cannot be copied: a file is in the way', { path: FOLDER });
    return false;
  }
}
