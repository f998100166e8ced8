import type { TouchAccessTimesCommand } from '../../generated/command.js';
import type { OpContext } from '../context.js';
import { InodeKind } from '../inode.js';

/** Access times of files that were read, where they are older than the precision; the reply is how many were set. */
export function touchAccessTimes({ view, timeMs }: OpContext, command: TouchAccessTimesCommand): number {
  const precision = view.limits.accessTimePrecisionMs;
  if (precision === 0 || view.state.safeMode) return 0;
  let touched = 0;
  for (const id of command.inodeIds) {
    const inode = view.tree.byId(id);
    if (inode?.kind !== InodeKind.FILE || timeMs <= inode.atimeMs + precision) continue;
    inode.atimeMs = timeMs;
    view.save(inode);
    touched++;
  }
  return touched;
}
