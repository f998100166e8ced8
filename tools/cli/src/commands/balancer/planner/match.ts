import type { Classes, StorageGroup, Task } from './model.js';

type Fits = (left: StorageGroup, right: StorageGroup) => boolean;

const sameRack: Fits = (left, right) => left.node.rack === right.node.rack;
const anyOther: Fits = (left, right) => left.node !== right.node;

/**
 * Who gives how much to whom (Balancer.chooseStorageGroups): within racks first, since that costs the network least;
 * each time what is over goes to what is under, then to what is below, and what is still under takes from what is above.
 */
export function match(classes: Classes): Task[] {
  const tasks: Task[] = [];
  for (const fits of [sameRack, anyOther]) {
    pair(classes.over, classes.under, fits, tasks, false);
    pair(classes.over, classes.below, fits, tasks, false);
    pair(classes.under, classes.above, fits, tasks, true);
  }
  return tasks;
}

/** @param reversed `groups` take and `candidates` give */
function pair(
  groups: readonly StorageGroup[],
  candidates: readonly StorageGroup[],
  fits: Fits,
  tasks: Task[],
  reversed: boolean,
): void {
  for (const group of groups) {
    for (const candidate of candidates) {
      if (group.leftBytes <= 0) break;
      if (candidate.leftBytes <= 0 || candidate.type !== group.type || !fits(group, candidate)) continue;
      const bytes = Math.min(group.leftBytes, candidate.leftBytes);
      group.plannedBytes += bytes;
      candidate.plannedBytes += bytes;
      const [source, target] = reversed ? [candidate, group] : [group, candidate];
      tasks.push({ source, target, leftBytes: bytes });
    }
  }
}
