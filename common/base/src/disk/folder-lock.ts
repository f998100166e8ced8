import fsp from 'node:fs/promises';
import { hostname } from 'node:os';
import { hasCode, unlessAbsent } from './absent.js';

/** A lock on a folder, held until released or until the process is gone. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Identifies a process for as long as it lives: its start time tells a later owner of the same number from it. */
async function processStamp(pid: number): Promise<string | null> {
  const text = await fsp.readFile(`/proc/${pid}/stat`, 'utf8').catch(absentWhenGone);
  if (text === '') return null;
  // Field 22, counted from behind the command's closing parenthesis, which is field 2.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** There is no such process; one that ends while its file is read gives ESRCH. */
function absentWhenGone(error: unknown): string {
  if (hasCode(error, 'ESRCH') || hasCode(error, 'ENOENT')) return '';
  throw error;
}

/** Held lock paths of this process, which its pid cannot tell apart. */
const heldHere = new Set<string>();

class PidLock implements FolderLock {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async release(): Promise<void> {
    if (!heldHere.delete(this.path)) return;
    await unlessAbsent(fsp.unlink(this.path), undefined);
  }
}

/** Takes `path` as a lock file (in_use.lock in HDFS's folders); throws when a living process holds it. */
export async function lockFolder(path: string): Promise<FolderLock> {
  if (heldHere.has(path)) throw new Error(`Cannot lock storage ${path}: this process holds it already`);
  const previous = await unlessAbsent(fsp.readFile(path, 'utf8'), '');
  const match = /^(\d+)@(\S+) (\d+)$/.exec(previous.trim());
  if (match !== null && match[2] === hostname() && (await processStamp(Number(match[1]))) === match[3]) {
    throw new Error(`Cannot lock storage ${path}: process ${match[1]} holds it`);
  }
  heldHere.add(path);
  await fsp.writeFile(path, `${process.pid}@${hostname()} ${await processStamp(process.pid)}\n`);
  return new PidLock(path);
}
