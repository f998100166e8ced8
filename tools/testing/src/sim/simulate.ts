import { World } from './cluster.js';
import { Violation } from './failure.js';
import { Nemesis } from './nemesis.js';
import type { SimOptions, SimReport } from './options.js';
import type { Sabotage } from './sabotage.js';

const FAULT_MS = 1500;

/** Runs a cluster through faults and back to health. The report says what was found; only bugs of its own are thrown. */
export function simulate(options: SimOptions, sabotage: Sabotage = {}): SimReport {
  const world = new World(options, sabotage);
  const everyMs = options.faultMs ?? FAULT_MS;
  const nemesis = everyMs === 0 ? undefined : new Nemesis(world, everyMs, options.focus ?? []);
  let violation: SimReport['violation'];
  let leaders: number | undefined;
  try {
    world.run(options.events);
    leaders = world.watch.leadersSeen;
    world.converge();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = { check: error.check, message: error.message, atEvent: world.scheduler.eventCount };
  }
  const { scheduler } = world;
  return {
    seed: options.seed,
    events: scheduler.eventCount,
    simulatedMs: scheduler.nowMs,
    trace: scheduler.trace,
    committed: world.history.lastIndex,
    changes: world.clients.reduce((sum, { changes }) => sum + changes, 0),
    reads: world.clients.reduce((sum, { reads }) => sum + reads, 0),
    blocks: world.blockWatch.completedCount,
    blockReads: world.blockWatch.readCount,
    emptied: world.leaving.emptied,
    leaders: leaders ?? world.watch.leadersSeen,
    faults: nemesis?.struck ?? {},
    violation,
  };
}
