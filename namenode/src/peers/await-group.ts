import type { Failure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { Group } from '../replication/index.js';

/**
 * Calls `done` once `holds` does after a change of the group, with ServiceFailedException and `late` when that takes
 * longer than `limitMs`.
 */
export function awaitGroup(
  group: Group,
  clock: Clock,
  limitMs: number,
  holds: () => boolean,
  late: string,
  done: (refusal: Failure | undefined) => void,
): void {
  const end = (refusal: Failure | undefined): void => {
    unwatch();
    timer.cancel();
    done(refusal);
  };
  const unwatch = group.watch(() => {
    if (holds()) end(undefined);
  });
  const timer = clock.setTimer(limitMs, () => end(failure('ServiceFailedException', late)));
}
