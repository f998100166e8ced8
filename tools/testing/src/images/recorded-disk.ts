import { RecordedFile } from './recorded-file.js';
import { RecordedFolder, type RecordedNode } from './recorded-folder.js';

/** Types of records, as `tools/testing/clients/record_disk.c` writes them. */
const Type = {
  start: 1,
  open: 2,
  makeFolder: 3,
  write: 4,
  cut: 5,
  rename: 6,
  remove: 7,
  syncBegins: 8,
  syncEnds: 9,
  syncedWrite: 10,
  syncedWriteEnds: 11,
} as const;

const RARE: ReadonlySet<number> = new Set([Type.start, Type.open, Type.makeFolder, Type.cut, Type.rename, Type.remove]);

/** Behind the length: type, handle, number. */
const HEAD_BYTES = 17;

interface Sync {
  readonly node: RecordedNode;
  readonly position: number;
}

/**
 * A folder's content as a record of system calls tells it, brought forward record by record. A sync makes durable what
 * was recorded of its file before it began, once it has ended.
 */
export class RecordedDisk {
  readonly root = new RecordedFolder();
  /** All files there ever were, by the path they were made under; of several the last. */
  readonly files = new Map<string, RecordedFile>();
  /** Byte behind the last record taken. */
  offset = 0;
  /** How many were taken. */
  records = 0;
  private readonly record: Buffer;
  private readonly under: string;
  private readonly forgets: (path: string) => boolean;
  private readonly open = new Map<number, RecordedNode | null>();
  private readonly paths = new Map<number, string>();
  private readonly syncs = new Map<number, Sync>();

  /**
   * @param under the path of the folder that was recorded
   * @param forgets plants a bug: syncs of such paths, and writes to them that are synced by themselves, are as if not made
   */
  constructor(record: Buffer, under: string, forgets: (path: string) => boolean = () => false) {
    this.record = record;
    this.under = under;
    this.forgets = forgets;
  }

  /** Takes records as long as they end at or before `limit`. */
  advance(limit: number): void {
    for (let next = this.next(); next !== undefined && next <= limit; next = this.next()) this.take(next);
  }

  /** Where each record ends, and whether it is one that a run has few of. */
  static *boundaries(record: Buffer): Iterable<{ readonly end: number; readonly rare: boolean }> {
    for (let offset = 0; offset + 4 <= record.length; ) {
      const type = record[offset + 4] as number;
      offset += 4 + record.readUInt32LE(offset);
      yield { end: offset, rare: RARE.has(type) };
    }
  }

  private next(): number | undefined {
    const { record, offset } = this;
    return offset + 4 > record.length ? undefined : offset + 4 + record.readUInt32LE(offset);
  }

  private take(end: number): void {
    const { record } = this;
    const start = this.offset + 4;
    this.offset = end;
    this.records++;
    const handle = Number(record.readBigUInt64LE(start + 1));
    const number = Number(record.readBigUInt64LE(start + 9));
    const rest = record.subarray(start + HEAD_BYTES, end);
    switch (record[start]) {
      case Type.start:
        this.open.clear();
        this.syncs.clear();
        break;
      case Type.open:
        this.opened(handle, texts(rest)[0] as string);
        break;
      case Type.makeFolder:
        this.parentOf(texts(rest)[0] as string, (folder, name) => folder.add(name, new RecordedFolder()));
        break;
      case Type.write:
        this.fileOf(handle)?.write(Number(rest.readBigInt64LE(0)), rest.subarray(8));
        break;
      case Type.cut:
        this.fileOf(handle)?.cut(Number(rest.readBigUInt64LE(0)));
        break;
      case Type.rename:
        this.renamed(...(texts(rest) as [string, string]));
        break;
      case Type.remove:
        this.parentOf(texts(rest)[0] as string, (folder, name) => folder.remove(name));
        break;
      case Type.syncBegins:
        this.syncBegins(handle, number);
        break;
      case Type.syncEnds: {
        const sync = this.syncs.get(number);
        this.syncs.delete(number);
        sync?.node.synced(sync.position);
        break;
      }
      case Type.syncedWrite:
        this.fileOf(handle)?.write(Number(rest.readBigInt64LE(0)), rest.subarray(8), number);
        break;
      case Type.syncedWriteEnds:
        if (!this.isForgotten(handle)) this.fileOf(handle)?.wrote(number);
        break;
      default:
        throw new Error(`a record of type ${record[start]} at ${start}`);
    }
  }

  private opened(handle: number, path: string): void {
    this.paths.set(handle, path);
    if (path === this.under) {
      this.open.set(handle, this.root);
      return;
    }
    this.parentOf(path, (folder, name) => {
      let node = folder.current().get(name);
      if (node === undefined) {
        node = new RecordedFile();
        folder.add(name, node);
        this.files.set(path, node);
      }
      this.open.set(handle, node);
    });
  }

  private renamed(from: string, to: string): void {
    this.parentOf(from, (folder, name) => {
      this.parentOf(to, (other, newName) => {
        if (folder !== other) throw new Error(`${from} goes into another folder, which is not told as one change`);
        folder.rename(name, newName);
      });
    });
  }

  private syncBegins(handle: number, number: number): void {
    const node = this.open.get(handle);
    if (node && !this.isForgotten(handle)) this.syncs.set(number, { node, position: node.position });
  }

  private isForgotten(handle: number): boolean {
    return this.forgets((this.paths.get(handle) as string).slice(this.under.length + 1));
  }

  private fileOf(handle: number): RecordedFile | undefined {
    const node = this.open.get(handle);
    return node instanceof RecordedFile ? node : undefined;
  }

  /** Calls `action` with the folder of a path and the path's last name. */
  private parentOf(path: string, action: (folder: RecordedFolder, name: string) => void): void {
    const names = path
      .slice(this.under.length)
      .split('/')
      .filter((name) => name !== '');
    const last = names.pop();
    let folder: RecordedNode | undefined = this.root;
    for (const name of names) folder = folder instanceof RecordedFolder ? folder.current().get(name) : undefined;
    if (last === undefined || !(folder instanceof RecordedFolder)) throw new Error(`${path} has no folder`);
    action(folder, last);
  }
}

function texts(bytes: Buffer): string[] {
  return bytes.toString('utf8').split('\0').slice(0, -1);
}
