import type { World } from '../cluster.js';
import type { SimProcess } from '../process.js';

/**
 * A call over a connection of its own: `deliver` carries it out at the other end and gives the answer back. `done` gets
 * undefined when nobody is there or nothing comes in time; then the other end may have carried it out or not.
 */
export function call<T>(
  world: World,
  from: { readonly place: number; readonly process: SimProcess },
  to: number,
  timeoutMs: number,
  deliver: (back: (result: T | undefined) => void) => void,
  done: (result: T | undefined) => void,
): void {
  const { network } = world;
  const { place, process } = from;
  let open = true;
  const end = (result: T | undefined): void => {
    if (!open) return;
    open = false;
    late.cancel();
    done(result);
  };
  const late = process.setTimer(timeoutMs, () => end(undefined));
  network.carry(place, to, () => {
    if (!open || process.hasEnded) return;
    deliver((result) => network.carry(to, place, () => process.hear(to, () => end(result))));
  });
}
