import type { FileStatus } from '@rfs/client/dfs';
import { isDirectory, isNotDirectory, notFound } from '../command/errors.js';
import type { ShellFiles } from '../files/contract.js';
import type { FileSystems } from '../files/registry.js';
import { findMatches } from '../glob/find.js';
import { absolute, baseName, type Name, parentOf, parseName, quotePath, showName } from './name.js';

/** A path that a command works on: as the user typed it, where it is, and what is there. */
export class Item {
  readonly files: ShellFiles;
  readonly name: Name;
  /** Absolute and normalized. */
  readonly path: string;
  status: FileStatus | undefined;

  constructor(files: ShellFiles, name: Name, status: FileStatus | undefined) {
    this.files = files;
    this.name = name;
    this.path = absolute(name.path, files.workingFolder);
    this.status = status;
  }

  /** What messages call it. */
  toString(): string {
    return showName(this.name);
  }

  /** With scheme and authority, decoded: `hdfs://host:port/x`. */
  get qualified(): string {
    return qualify(this.files, this.path);
  }

  /** With scheme and authority, as a URI. */
  get qualifiedUri(): string {
    const path = quotePath(this.path);
    return this.files.scheme === 'file' ? `file://${path}` : qualify(this.files, path);
  }

  get exists(): boolean {
    return this.status !== undefined;
  }

  /** Its status; refused when nothing is there. */
  existing(): FileStatus {
    if (this.status === undefined) throw notFound(this.toString());
    return this.status;
  }

  /** Refused unless a directory is there. */
  requireDirectory(): void {
    if (this.existing().kind !== 'directory') throw isNotDirectory(this.toString());
  }

  /** Refused when nothing or a directory is there. */
  requireFile(): FileStatus {
    const status = this.existing();
    if (status.kind === 'directory') throw isDirectory(this.toString());
    return status;
  }

  /** Asks again what is there; refused when nothing is. */
  async refresh(): Promise<FileStatus> {
    this.status = await this.files.status(this.path);
    return this.existing();
  }

  /** True when the typed name can only mean a directory: it ends with `/`, `.` or `..`. */
  get looksLikeDirectory(): boolean {
    const last = this.name.path.slice(this.name.path.lastIndexOf('/') + 1);
    return last === '' || last === '.' || last === '..';
  }

  async parentExists(): Promise<boolean> {
    const folder = this.looksLikeDirectory ? this.path : parentOf(this.path);
    return folder === undefined || (await this.files.status(folder)) !== undefined;
  }

  /** Its children in the file system's order. */
  async *children(): AsyncGenerator<Item> {
    this.requireDirectory();
    for await (const status of this.files.list(this.path)) {
      yield new Item(this.files, this.childName(baseName(status.path)), status);
    }
  }

  /** The child of this directory that is called as `other` is, with its status. */
  async childLike(other: Item): Promise<Item> {
    this.requireDirectory();
    return itemWithStatus(this.files, this.childName(baseName(other.path)));
  }

  /** The same path with something behind it, with its status. */
  async suffixed(suffix: string): Promise<Item> {
    return itemWithStatus(this.files, { ...this.name, path: this.name.path + suffix });
  }

  private childName(child: string): Name {
    if (this.toString() === '.') return { scheme: undefined, authority: undefined, path: child };
    const separator = this.name.path.endsWith('/') ? '' : '/';
    return { ...this.name, path: this.name.path + separator + child };
  }
}

async function itemWithStatus(files: ShellFiles, name: Name): Promise<Item> {
  const item = new Item(files, name, undefined);
  item.status = await files.status(item.path);
  return item;
}

/** `path` of a file system as messages name it from outside. */
export function qualify(files: ShellFiles, path: string): string {
  return files.scheme === 'file' ? `file:${path}` : `${files.scheme}://${files.authority}${path}`;
}

/** The order in which HDFS's shell goes through paths. */
export function byPath(a: Item, b: Item): number {
  const left = quotePath(a.path);
  const right = quotePath(b.path);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The item that a typed name stands for, wildcards not meant. */
export async function itemNamed(systems: FileSystems, text: string): Promise<Item> {
  const name = parseName(text);
  return itemWithStatus(systems.of(name), name);
}

/** The item of a path on this machine, taken letter by letter, or of a `file:` URI. */
export async function localItem(systems: FileSystems, text: string): Promise<Item> {
  const path = /^file:(?:\/\/)?(\/.*)$/s.exec(text)?.[1] ?? text;
  return itemWithStatus(systems.local, { scheme: undefined, authority: undefined, path });
}

/**
 * The items that a typed name with wildcards stands for, named in the way it was typed. Without wildcards and with
 * nothing there: one item without a status. With wildcards and no match: none.
 */
export async function itemsMatching(systems: FileSystems, text: string): Promise<Item[]> {
  const name = parseName(text);
  const files = systems.of(name);
  const found = await findMatches(files, name.path);
  if (found === undefined) {
    return [new Item(files, { ...name, path: name.path.replace(/\\(.)/gs, '$1') }, undefined)];
  }
  return found.map((status) => new Item(files, nameOfMatch(files, name, status.path), status)).sort(byPath);
}

function nameOfMatch(files: ShellFiles, typed: Name, path: string): Name {
  if (typed.scheme !== undefined) return { scheme: typed.scheme, authority: typed.authority ?? '', path };
  if (typed.path.startsWith('/')) return { scheme: undefined, authority: undefined, path };
  return { scheme: undefined, authority: undefined, path: relativize(files.workingFolder, path) };
}

/** `path` as seen from `folder`. */
export function relativize(folder: string, path: string): string {
  if (folder === path) return '.';
  const from = folder.split('/').filter((step) => step !== '');
  const to = path.split('/').filter((step) => step !== '');
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}
