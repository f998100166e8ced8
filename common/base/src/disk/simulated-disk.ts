import { posix } from 'node:path';
import type { Disk, DiskFile, Random } from '../seams/index.js';
import { type DiskFault, type DiskOperation, diskError, type FaultPlan, PowerLost } from './faults.js';
import { SimulatedContent } from './simulated-content.js';
import { SimulatedFolder } from './simulated-folder.js';

export interface SimulatedDiskOptions {
  /**
   * Given a function that completes the oldest write or sync of one file, or a removal or the sync of a folder, calls it
   * when the simulator wants that to happen. Without it they wait for `step` or `runAll`.
   */
  readonly schedule?: (complete: () => void) => void;
  readonly faults?: FaultPlan;
}

/**
 * A disk in memory that forgets. Writes, syncs and removals are answered only when the test says so, those of one file
 * in the order they were asked for; creations and renames take effect at once. Nothing is durable without its sync:
 * `crash` gives the disk that a machine would find after power loss. Folders of other systems' meaning (links, modes) and
 * renames between folders are not modelled.
 */
export class SimulatedDisk implements Disk {
  private root = new SimulatedFolder();
  private readonly schedule: ((complete: () => void) => void) | undefined;
  private plan: FaultPlan | undefined;
  private operations = 0;
  private off = false;
  /** What has operations that wait for `step`, one entry per operation, oldest first. */
  private waiting: Waiting[] = [];

  constructor(options: SimulatedDiskOptions = {}) {
    this.schedule = options.schedule;
    this.plan = options.faults;
  }

  /** Operations begun so far: the points at which a test may stop or fail the disk. */
  get operationCount(): number {
    return this.operations;
  }

  /** True once a fault has cut the power. */
  get stopped(): boolean {
    return this.off;
  }

  /** Replaces the faults to come; undefined ends them. */
  setFaults(plan: FaultPlan | undefined): void {
    this.plan = plan;
  }

  /** Completes the oldest waiting operation, or with `random` the first of any file; false when none waits. */
  step(random?: Random): boolean {
    if (this.waiting.length === 0) return false;
    const index = random === undefined ? 0 : random.below(this.waiting.length);
    const [next] = this.waiting.splice(index, 1);
    next!.completeFirst();
    return true;
  }

  /** Completes everything that waits and what is asked for meanwhile. */
  runAll(random?: Random): void {
    while (this.step(random));
  }

  /**
   * The disk as it is found after power loss now: what was synced, and of the rest whatever `random` lets survive. This
   * disk stays as it is, so that one moment can be crashed in many ways.
   */
  crash(random: Random, options: SimulatedDiskOptions = {}): SimulatedDisk {
    const found = new SimulatedDisk(options);
    found.root = this.root.afterCrash(random);
    return found;
  }

  /** Turns the bits of `mask` in the byte at `position` of a file, as a worn-out platter does. */
  damage(path: string, position: number, mask = 0xff): void {
    this.fileAt(path).damage(position, mask);
  }

  list(folder: string): string[] {
    this.mustBeOn();
    const node = this.lookUp(folder);
    if (node === undefined) return [];
    if (!(node instanceof SimulatedFolder)) throw diskError('ENOTDIR', 'list', folder);
    return node.names();
  }

  makeFolder(folder: string): void {
    this.mustBeOn();
    let at = this.root;
    let path = '';
    for (const name of namesOf(folder)) {
      path += `/${name}`;
      let next = at.get(name);
      if (next === undefined) {
        next = new SimulatedFolder();
        const parent = at;
        const created = next;
        this.perform('makeFolder', path, () => parent.put(name, created));
      }
      if (!(next instanceof SimulatedFolder)) throw diskError('EEXIST', 'makeFolder', path);
      at = next;
    }
  }

  open(path: string): DiskFile {
    return this.opened(path, false);
  }

  openSynced(path: string): DiskFile {
    return this.opened(path, true);
  }

  createSynced(path: string, done: (error: Error | null, file: DiskFile | null) => void): void {
    this.mustBeOn();
    let file: DiskFile | null = null;
    this.later(
      (error) => done(error, file),
      () => {
        file = this.opened(path, true);
      },
    );
  }

  exists(path: string): boolean {
    this.mustBeOn();
    return this.lookUp(path) !== undefined;
  }

  remove(path: string, done: (error: Error | null) => void): void {
    this.mustBeOn();
    this.later(done, () => this.removeSync(path));
  }

  removeSync(path: string): void {
    this.mustBeOn();
    this.fileAt(path);
    const { folder, name } = this.parentOf(path);
    this.perform('remove', path, () => folder.remove(name));
  }

  rename(from: string, to: string): void {
    this.mustBeOn();
    const source = this.parentOf(from);
    const target = this.parentOf(to);
    if (source.folder !== target.folder) throw diskError('EXDEV', 'rename', from);
    if (source.folder.get(source.name) === undefined) throw diskError('ENOENT', 'rename', from);
    if (source.name === target.name) return;
    this.perform('rename', from, () => source.folder.rename(source.name, target.name));
  }

  syncFolder(folder: string, done: (error: Error | null) => void): void {
    this.mustBeOn();
    const node = this.lookUp(folder);
    // What comes after the call is not covered.
    const changes = node instanceof SimulatedFolder ? node.changes : 0;
    this.later(done, () => this.syncChanges(folder, node, changes));
  }

  syncFolderSync(folder: string): void {
    this.mustBeOn();
    const node = this.lookUp(folder);
    this.syncChanges(folder, node, node instanceof SimulatedFolder ? node.changes : 0);
  }

  /** For the files of this disk: counts an operation and says which fault it meets. */
  begin(kind: DiskOperation['kind'], path: string): DiskFault | undefined {
    const number = ++this.operations;
    const fault = this.plan?.({ number, kind, path });
    if (fault === 'stop') this.off = true;
    return fault;
  }

  /** For the files of this disk: an operation of `one` waits to be completed. */
  enqueue(one: Waiting): void {
    if (this.schedule === undefined) this.waiting.push(one);
    else this.schedule(() => one.completeFirst());
  }

  mustBeOn(): void {
    if (this.off) throw new PowerLost('the simulated disk has lost its power');
  }

  errorFor(fault: DiskFault, kind: string, path: string): Error {
    return fault === 'stop' ? new PowerLost(`power lost during ${kind} of ${path}`) : diskError(fault, kind, path);
  }

  private opened(path: string, synced: boolean): DiskFile {
    this.mustBeOn();
    const { folder, name } = this.parentOf(path);
    let node = folder.get(name);
    if (node === undefined) {
      const created = new SimulatedContent();
      this.perform('create', path, () => folder.put(name, created));
      node = created;
    }
    if (!(node instanceof SimulatedContent)) throw diskError('EISDIR', 'open', path);
    return new SimulatedFile(this, path, node, synced);
  }

  /** Carries out a change of the tree. One that the power cuts stands among the unsynced, so it may survive or not. */
  private perform(kind: DiskOperation['kind'], path: string, change: () => void): void {
    const fault = this.begin(kind, path);
    if (fault === undefined || fault === 'stop') change();
    if (fault !== undefined) throw this.errorFor(fault, kind, path);
  }

  private syncChanges(folder: string, node: SimulatedFolder | SimulatedContent | undefined, changes: number): void {
    if (!(node instanceof SimulatedFolder)) throw diskError('ENOENT', 'syncFolder', folder);
    // A sync that the power cuts may have been done in part, which is a subset that `crash` draws anyway.
    const fault = this.begin('syncFolder', folder);
    if (fault !== undefined) throw this.errorFor(fault, 'syncFolder', folder);
    node.sync(changes);
  }

  /** Carries out `action` when its turn comes; once the power is off it is dropped without an answer. */
  private later(done: (error: Error | null) => void, action: () => void): void {
    const completeFirst = (): void => {
      if (this.off) return;
      let failed: Error | null = null;
      try {
        action();
      } catch (error) {
        if (error instanceof PowerLost) return;
        failed = error as Error;
      }
      done(failed);
    };
    this.enqueue({ completeFirst });
  }

  private lookUp(path: string): SimulatedFolder | SimulatedContent | undefined {
    let at: SimulatedFolder | SimulatedContent = this.root;
    for (const name of namesOf(path)) {
      const next: SimulatedFolder | SimulatedContent | undefined =
        at instanceof SimulatedFolder ? at.get(name) : undefined;
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  private fileAt(path: string): SimulatedContent {
    const node = this.lookUp(path);
    if (!(node instanceof SimulatedContent)) throw diskError('ENOENT', 'file', path);
    return node;
  }

  private parentOf(path: string): { folder: SimulatedFolder; name: string } {
    const names = namesOf(path);
    const name = names.pop();
    const folder = this.lookUp(names.join('/'));
    if (name === undefined || !(folder instanceof SimulatedFolder)) throw diskError('ENOENT', 'folder of', path);
    return { folder, name };
  }
}

/** What has operations under way; they are completed in the order they were asked for. */
interface Waiting {
  completeFirst(): void;
}

interface WaitingOperation {
  /** Of a write, in bytes; null stands for a sync. */
  readonly length: number | null;
  readonly done: (error: Error | null) => void;
}

class SimulatedFile implements DiskFile, Waiting {
  private readonly disk: SimulatedDisk;
  private readonly path: string;
  private readonly content: SimulatedContent;
  private readonly synced: boolean;
  private waiting: WaitingOperation[] = [];
  private closed = false;

  constructor(disk: SimulatedDisk, path: string, content: SimulatedContent, synced: boolean) {
    this.disk = disk;
    this.path = path;
    this.content = content;
    this.synced = synced;
  }

  size(): number {
    this.mustBeOpen();
    return this.content.size;
  }

  readSync(into: Uint8Array, position: number): number {
    this.mustBeOpen();
    return this.content.read(into, position);
  }

  write(pieces: readonly Uint8Array[], position: number, done: (error: Error | null) => void): void {
    this.mustBeOpen();
    let length = 0;
    for (const piece of pieces) length += piece.length;
    this.content.startWrite(pieces, position);
    this.waiting.push({ length, done });
    this.disk.enqueue(this);
  }

  sync(done: (error: Error | null) => void): void {
    this.mustBeOpen();
    this.waiting.push({ length: null, done });
    this.disk.enqueue(this);
  }

  truncateSync(length: number): void {
    this.mustBeOpen();
    const fault = this.disk.begin('truncate', this.path);
    if (fault === undefined || fault === 'stop') this.content.cut(length);
    if (fault !== undefined) throw this.disk.errorFor(fault, 'truncate', this.path);
    this.content.sync();
  }

  close(): void {
    this.mustBeOpen();
    this.closed = true;
  }

  /** Carries out the oldest waiting operation; after the power is off it is dropped without an answer. */
  completeFirst(): void {
    const operation = this.waiting.shift();
    if (operation === undefined || this.disk.stopped) return;
    const kind = operation.length === null ? 'sync' : this.synced ? 'syncedWrite' : 'write';
    const fault = this.disk.begin(kind, this.path);
    if (operation.length === null) this.completeSync(fault);
    else if (fault !== 'stop') this.content.finishWrite(fault === undefined ? operation.length : operation.length >> 1);
    if (kind === 'syncedWrite') this.completeSync(fault);
    if (fault !== 'stop') operation.done(fault === undefined ? null : this.disk.errorFor(fault, kind, this.path));
  }

  private completeSync(fault: DiskFault | undefined): void {
    if (fault === undefined) this.content.sync();
    else if (fault !== 'stop') this.content.failSync();
  }

  private mustBeOpen(): void {
    this.disk.mustBeOn();
    if (this.closed) throw diskError('EBADF', 'file', this.path);
  }
}

function namesOf(path: string): string[] {
  return posix
    .normalize(path)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
}
