import { CommandKind, type CommandMessage, type DecodedCommand } from '@rfs/namenode/namespace';
import { ModelBlocks, REFUSED } from './model-blocks.js';
import { type ModelNode, namesOf, newDirectory, newFile } from './model-files.js';

const FIRST_INODE = 16385;

/**
 * A small file system that knows a few commands and is too simple to be wrong: it predicts the outcome of every
 * command of the log and what a read may see.
 */
export class ModelFiles {
  readonly blocks = new ModelBlocks();
  private readonly root = newDirectory(FIRST_INODE, 0o777);
  /** Files that have a name. */
  private readonly files = new Map<number, ModelNode>();
  private lastId = FIRST_INODE;
  private timeMs = 0;

  /** A command has come that a leader made at `timeMs` of its clock; time never goes back. */
  advance(timeMs: number): void {
    this.timeMs = Math.max(this.timeMs, timeMs);
  }

  /** Carries the command out: the outcome, as `outcomeOf` puts the namenode's. */
  apply({ kind, message }: Pick<DecodedCommand, 'kind' | 'message'>): string {
    switch (kind) {
      case CommandKind.MKDIRS:
        return this.mkdirs(message as CommandMessage<typeof kind>);
      case CommandKind.CREATE:
        return this.create(message as CommandMessage<typeof kind>);
      case CommandKind.RENAME:
        return this.rename(message as CommandMessage<typeof kind>);
      case CommandKind.DELETE:
        return this.remove((message as CommandMessage<typeof kind>).path);
      case CommandKind.SET_PERMISSION: {
        const { path, mode } = message as CommandMessage<typeof kind>;
        return this.change(path, (node) => {
          node.mode = mode;
        });
      }
      case CommandKind.SET_TIMES: {
        const { path, modificationTimeMs } = message as CommandMessage<typeof kind>;
        return this.change(path, (node) => {
          node.mtimeMs = modificationTimeMs ?? node.mtimeMs;
        });
      }
      case CommandKind.SET_REPLICATION:
        return this.setReplication(message as CommandMessage<typeof kind>);
      default:
        return this.applyToBlocks(kind, message);
    }
  }

  private applyToBlocks(kind: CommandKind, message: DecodedCommand['message']): string {
    const { blocks, timeMs } = this;
    switch (kind) {
      case CommandKind.ADD_BLOCK: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.addBlock(this.named(m.fileId, m.path), m);
      }
      case CommandKind.COMPLETE: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.complete(this.named(m.fileId, m.path), m, timeMs);
      }
      case CommandKind.ABANDON_BLOCK: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.abandonBlock(this.named(m.fileId, m.path), m);
      }
      case CommandKind.UPDATE_BLOCK_FOR_PIPELINE: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.updateBlockForPipeline(this.files.get(m.inodeId), m);
      }
      case CommandKind.UPDATE_PIPELINE: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.updatePipeline(this.files.get(m.inodeId), m);
      }
      case CommandKind.APPEND: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.append(this.find(namesOf(m.path)), m);
      }
      case CommandKind.TRUNCATE: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.truncate(this.find(namesOf(m.path)), m, timeMs);
      }
      case CommandKind.RELEASE_LEASE:
        return this.releaseLease(message as CommandMessage<typeof kind>);
      case CommandKind.COMMIT_BLOCK_SYNCHRONIZATION: {
        const m = message as CommandMessage<typeof kind>;
        return blocks.commitSynchronization(this.files.get(m.inodeId), m, timeMs);
      }
      default:
        return 'true';
    }
  }

  /** What has the path of these names, which `namesOf` gives. */
  find(names: readonly string[]): ModelNode | undefined {
    let at: ModelNode | undefined = this.root;
    for (const name of names) at = at?.children?.get(name);
    return at;
  }

  private mkdirs({ path, mode }: CommandMessage<typeof CommandKind.MKDIRS>): string {
    let at = this.root;
    const names = namesOf(path);
    for (const [depth, name] of names.entries()) {
      const next = at.children!.get(name);
      if (next === undefined) {
        // Directories above get u+wx, the last one just the mode that was asked for.
        const made = newDirectory(++this.lastId, depth < names.length - 1 ? mode | 0o300 : mode);
        at.children!.set(name, made);
        at = made;
      } else if (next.children === undefined) {
        return REFUSED;
      } else at = next;
    }
    return 'true';
  }

  private create(command: CommandMessage<typeof CommandKind.CREATE>): string {
    const { path, mode, clientName, replication } = command;
    const names = namesOf(path);
    const name = names.pop()!;
    let at = this.root;
    for (const [i, above] of names.entries()) {
      const next = at.children!.get(above);
      if (next === undefined) {
        for (const missing of names.slice(i)) {
          const made = newDirectory(++this.lastId, at.mode | 0o300);
          at.children!.set(missing, made);
          at = made;
        }
        break;
      }
      if (next.children === undefined) return REFUSED;
      at = next;
    }
    if (at.children!.has(name)) return REFUSED;
    const id = ++this.lastId;
    const file = newFile(id, mode, this.timeMs, clientName, replication);
    at.children!.set(name, file);
    this.files.set(id, file);
    return `file ${id}`;
  }

  private rename({ source, destination }: CommandMessage<typeof CommandKind.RENAME>): string {
    const from = namesOf(source);
    let to = namesOf(destination);
    if (this.obstructed(from) || this.obstructed(to)) return REFUSED;
    const moved = this.find(from);
    if (this.find(to)?.children !== undefined) to = [...to, from.at(-1)!];
    if (moved === undefined) return 'false';
    if (from.join('/') === to.join('/')) return 'true';
    if (`${to.join('/')}/`.startsWith(`${from.join('/')}/`)) return 'false';
    const parent = this.find(to.slice(0, -1));
    if (parent?.children === undefined || parent.children.has(to.at(-1)!)) return 'false';
    this.find(from.slice(0, -1))!.children!.delete(from.at(-1)!);
    parent.children.set(to.at(-1)!, moved);
    return 'true';
  }

  private remove(path: string): string {
    const names = namesOf(path);
    if (this.obstructed(names)) return REFUSED;
    const parent = this.find(names.slice(0, -1));
    const removed = parent?.children?.get(names.at(-1)!);
    if (removed === undefined) return 'false';
    parent!.children!.delete(names.at(-1)!);
    this.forget(removed);
    return 'true';
  }

  private forget(node: ModelNode): void {
    if (this.files.delete(node.id)) this.blocks.removed(node);
    for (const child of node.children?.values() ?? []) this.forget(child);
  }

  private setReplication({ path, replication }: CommandMessage<typeof CommandKind.SET_REPLICATION>): string {
    const names = namesOf(path);
    if (this.obstructed(names)) return REFUSED;
    const node = this.find(names);
    if (node === undefined || node.children !== undefined) return 'false';
    node.replication = replication;
    return 'true';
  }

  private releaseLease(m: CommandMessage<typeof CommandKind.RELEASE_LEASE>): string {
    const found = m.path === undefined ? this.files.get(m.inodeId ?? 0) : this.find(namesOf(m.path));
    if (m.path !== undefined && (found === undefined || found.children !== undefined)) return REFUSED;
    return this.blocks.releaseLease(found?.holder === undefined ? undefined : found, m, this.timeMs);
  }

  /** By its id, or by its path when that is 0. */
  private named(fileId: number, path: string): ModelNode | undefined {
    return fileId === 0 ? this.find(namesOf(path)) : this.files.get(fileId);
  }

  private change(path: string, how: (node: ModelNode) => void): string {
    const node = this.find(namesOf(path));
    if (node === undefined) return REFUSED;
    how(node);
    return 'true';
  }

  /** True when something above the last name is a file. */
  private obstructed(names: readonly string[]): boolean {
    let at: ModelNode | undefined = this.root;
    for (const name of names.slice(0, -1)) {
      at = at.children!.get(name);
      if (at === undefined) return false;
      if (at.children === undefined) return true;
    }
    return false;
  }
}
