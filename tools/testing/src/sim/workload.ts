import type { Random } from '@rfs/base/seams';
import type { Asked } from './calls.js';

/** All paths that the simulated clients speak of: few, so that they get in each other's way. */
export const PATHS: readonly string[] = ['d0', 'd1', 'd2'].flatMap((top) => [
  `/${top}`,
  ...['a', 'b', 'c'].flatMap((name) => [`/${top}/${name}`, `/${top}/${name}/x`, `/${top}/${name}/y`]),
]);

/** What a client asks next: one call, or what takes several. A coordinated read needs no newer state than it has seen. */
export type Wish =
  | { readonly type: 'call'; readonly call: Asked }
  | { readonly type: 'status'; readonly path: string; readonly coordinated: boolean }
  | { readonly type: 'sync' }
  | { readonly type: 'write' | 'append' | 'truncate' | 'read'; readonly path: string };

const MODES = [0o755, 0o750, 0o700, 0o777];

/** What a client may do. */
export interface Bounds {
  /** There are datanodes. */
  readonly writes: boolean;
  /** Replicas that files are asked to have, from and to. */
  readonly replication: readonly [number, number];
}

/** Paths at which files were made lately. */
export class RecentFiles {
  private readonly paths: string[] = [];

  add(path: string): void {
    this.paths.push(path);
    if (this.paths.length > RECENT_FILES) this.paths.shift();
  }

  pick(random: Random): string | undefined {
    return this.paths.length === 0 ? undefined : pick(random, this.paths);
  }
}

const RECENT_FILES = 8;

/** Draws wishes for the client `holder`; `hot` is a path that everybody looks at now, at `file` there may be a file. */
export function drawWish(random: Random, holder: string, hot: string, file: string, bounds: Bounds): Wish {
  const draw = random.below(100);
  const path = pick(random, [hot, file, pick(random, PATHS)]);
  if (draw < 20) return { type: 'status', path, coordinated: true };
  if (draw < 36) return { type: 'status', path, coordinated: false };
  if (draw < 39) return { type: 'sync' };
  if (draw < 46) return bounds.writes ? { type: 'read', path: file } : { type: 'status', path, coordinated: false };
  if (draw < 55 && bounds.writes) return { type: 'append', path: file };
  if (draw < 59 && bounds.writes) return { type: 'truncate', path: file };
  if (draw < 75) return { type: 'write', path };
  return { type: 'call', call: drawChange(random, holder, path, file, bounds) };
}

function drawChange(random: Random, holder: string, path: string, file: string, bounds: Bounds): Asked {
  const [least, most] = bounds.replication;
  const draw = random.below(100);
  const mode = { perm: pick(random, MODES) };
  if (draw < 15) return { method: 'mkdirs', request: { src: path, masked: mode, createParent: true } };
  if (draw < 25) return { method: 'complete', request: { src: path, clientName: holder } };
  if (draw < 42) return { method: 'rename', request: { src: path, dst: pick(random, PATHS) } };
  if (draw < 58) return { method: 'delete', request: { src: path, recursive: true } };
  if (draw < 68) return { method: 'setPermission', request: { src: path, permission: mode } };
  if (draw < 78) {
    return { method: 'setReplication', request: { src: file, replication: least + random.below(most - least + 1) } };
  }
  if (draw < 88) return { method: 'recoverLease', request: { src: file, clientName: holder } };
  return { method: 'setTimes', request: { src: path, mtime: 1 + random.below(1_000_000_000), atime: -1 } };
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}
