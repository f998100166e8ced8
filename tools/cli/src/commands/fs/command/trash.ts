import { FailureError } from '@rfs/base/failure';
import type { ShellFiles } from '../files/contract.js';
import { checkpointName, checkpointTime } from '../format/time.js';
import { qualify } from '../model/item.js';
import { baseName, parentOf } from '../model/name.js';
import { isMissing, ShellError } from './errors.js';
import type { Shell } from './shell.js';

const MS_PER_MINUTE = 60_000;
const PRIVATE_MODE = 0o700;

/** `<home>/.Trash`: what was deleted under `Current`, older things under the time they were put aside (TrashPolicyDefault). */
export class Trash {
  private readonly shell: Shell;
  private readonly files: ShellFiles;

  constructor(shell: Shell, files: ShellFiles) {
    this.shell = shell;
    this.files = files;
  }

  /**
   * Moves `path` into the trash; false when there is no trash, or when it lies there already. Refused when the trash
   * lies below `path`.
   */
  async take(path: string): Promise<boolean> {
    if ((await this.keptMs()) <= 0) return false;
    const { files } = this;
    const root = files.trashRoot;
    if (path === root || path.startsWith(`${root}/`)) return false;
    const home = parentOf(root) ?? '/';
    if (home === path || home.startsWith(path === '/' ? '/' : `${path}/`)) {
      throw new ShellError(`Cannot move "${qualify(files, path)}" to the trash, as it contains the trash`);
    }
    let folder = `${root}/Current${parentOf(path) === '/' ? '' : (parentOf(path) ?? '')}`;
    for (let attempt = 0; ; attempt++) {
      try {
        if (!(await files.mkdirs(folder, PRIVATE_MODE))) return false;
      } catch (error) {
        folder = await this.besideFile(folder, error);
        continue;
      }
      const target = await this.freeName(`${folder}/${baseName(path)}`);
      try {
        await files.moveToTrash(path, target);
        this.shell.err.line(`Moved: '${qualify(files, path)}' to trash at: ${qualify(files, target)}`);
        return true;
      } catch (error) {
        if (attempt > 0 || !(error instanceof FailureError)) throw this.cannotMove(path, target, error);
      }
    }
  }

  /** Puts `Current` aside under the time. */
  async checkpoint(): Promise<void> {
    const { files } = this;
    const current = `${files.trashRoot}/Current`;
    if ((await files.status(current)) === undefined) return;
    const base = `${files.trashRoot}/${checkpointName(this.shell.clock.nowMs())}`;
    let target = base;
    for (let attempt = 1; (await files.status(target)) !== undefined; attempt++) target = `${base}-${attempt}`;
    if (!(await files.rename(current, target))) throw new ShellError(`Failed to checkpoint trash: ${target}`);
  }

  /** Deletes what was put aside longer ago than the trash keeps it, or everything that was put aside. */
  async expunge(immediately: boolean): Promise<void> {
    const { files } = this;
    const kept = await this.keptMs();
    const found: string[] = [];
    try {
      for await (const { path } of files.list(files.trashRoot)) found.push(path);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    for (const path of found) {
      if (baseName(path) === 'Current') continue;
      const time = checkpointTime(baseName(path));
      if (time === undefined) this.shell.err.line(`Unexpected item in trash: ${path}. Ignoring.`);
      else if (immediately || this.shell.clock.nowMs() - kept > time) await files.remove(path, true);
    }
  }

  /** How long deleted files stay: the server's setting, else ours; 0 without a trash. */
  private async keptMs(): Promise<number> {
    const minutes =
      (await this.files.serverTrashMinutes()) || Number.parseFloat(this.shell.settings('fs.trash.interval') ?? '0');
    return Number.isFinite(minutes) ? minutes * MS_PER_MINUTE : 0;
  }

  /** A file stands where a folder of the trash should be: the folder gets the time behind that step. */
  private async besideFile(folder: string, error: unknown): Promise<string> {
    const code = error instanceof FailureError ? error.failure.code : undefined;
    if (code !== 'FileAlreadyExistsException' && code !== 'ParentNotDirectoryException') throw error;
    let obstacle = folder;
    while ((await this.files.status(obstacle)) === undefined) obstacle = parentOf(obstacle) ?? '/';
    return obstacle + this.shell.clock.nowMs() + folder.slice(obstacle.length);
  }

  private async freeName(wanted: string): Promise<string> {
    let name = wanted;
    while ((await this.files.status(name)) !== undefined) name = wanted + this.shell.clock.nowMs();
    return name;
  }

  private cannotMove(path: string, target: string, cause: unknown): unknown {
    if (!(cause instanceof FailureError)) return cause;
    const { files } = this;
    const text = `Failed to move ${qualify(files, path)} to trash ${qualify(files, target)}`;
    return new ShellError(`${text}: ${cause.message.split('\n', 1)[0]}`);
  }
}
