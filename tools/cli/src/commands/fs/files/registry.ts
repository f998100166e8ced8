import { ShellError } from '../command/errors.js';
import type { Name } from '../model/name.js';
import type { ShellFiles } from './contract.js';

/** Opens the file system behind `hdfs://authority`. */
export type OpenDistributed = (authority: string) => ShellFiles;

/** The file systems that a run of the shell has to do with, each opened once. */
export class FileSystems {
  readonly local: ShellFiles;
  private readonly defaultName: Name;
  private readonly openDistributed: OpenDistributed;
  private readonly opened = new Map<string, ShellFiles>();

  /** @param defaultName scheme and authority of what names without a scheme mean (fs.defaultFS) */
  constructor(local: ShellFiles, defaultName: Name, openDistributed: OpenDistributed) {
    this.local = local;
    this.defaultName = defaultName;
    this.openDistributed = openDistributed;
  }

  get default(): ShellFiles {
    return this.of({ scheme: undefined, authority: undefined, path: '/' });
  }

  /** The file system that a name belongs to. */
  of(name: Name): ShellFiles {
    const scheme = name.scheme ?? this.defaultName.scheme;
    if (scheme === 'file') return this.local;
    if (scheme !== 'hdfs') throw new ShellError(`No FileSystem for scheme "${scheme}"`);
    const isDefault = this.defaultName.scheme === 'hdfs';
    const authority = name.authority || (isDefault ? this.defaultName.authority : undefined);
    if (!authority) throw new ShellError(`Incomplete HDFS URI, no host: ${name.scheme}://${name.path}`);
    let files = this.opened.get(authority);
    if (files === undefined) {
      files = this.openDistributed(authority);
      this.opened.set(authority, files);
    }
    return files;
  }
}
