import process from 'node:process';
import { parseArgs } from 'node:util';
import type { SimReport } from './options.js';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.js';
import { simulate } from './simulate.js';

/** `npm run sim`: long runs, one seed after another, or the planted bugs. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '100000' },
    /** So many seeds from `seed` on. */
    runs: { type: 'string', default: '1' },
    /** Ms between two faults; 0 for none. */
    faults: { type: 'string' },
    /** Ms between two wishes of a client, on average. */
    think: { type: 'string' },
    /** Only the planted bugs whose name contains this; "all" for all of them. */
    bug: { type: 'string' },
  },
});

const first = Number(values.seed);
const runs = Number(values.runs);
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

if (values.bug === undefined) {
  for (let seed = first; seed < first + runs; seed++) {
    const faults = values.faults === undefined ? {} : { faultMs: Number(values.faults) };
    const think = values.think === undefined ? {} : { thinkMs: Number(values.think) };
    const report = simulate({ seed, events: Number(values.events), ...faults, ...think });
    say(lineOf(report));
    if (report.violation === undefined) continue;
    say(`  ${report.violation.message}\n  again: npm run sim -- --seed ${seed} --events ${values.events}`);
    process.exitCode = 1;
  }
} else {
  const wanted = PLANTED_BUGS.filter(({ name }) => values.bug === 'all' || name.includes(values.bug!));
  for (const bug of wanted) hunt(bug);
}

function hunt(bug: PlantedBug): void {
  const missed: number[] = [];
  let latest = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const { violation } = simulate({ seed, events: bug.events, ...bug.options }, bug.sabotage);
    if (violation === undefined) missed.push(seed);
    else latest = Math.max(latest, violation.atEvent);
  }
  say(`${bug.name}: found by event ${latest} of ${bug.events}; missed with seeds: ${missed.join(' ') || 'none'}`);
  if (missed.length > 0) process.exitCode = 1;
}

function lineOf(report: SimReport): string {
  const { seed, events, simulatedMs, committed, changes, reads, blocks, blockReads, emptied } = report;
  const { leaders, trace, violation } = report;
  const outcome = violation === undefined ? 'well' : `${violation.check} at event ${violation.atEvent}`;
  return (
    `seed ${seed}: ${outcome}; ${events} events, ${Math.round(simulatedMs / 1000)} s simulated, ${committed} entries, ` +
    `${changes} changes and ${reads} reads answered, ${blocks} blocks written, ${blockReads} read, ${emptied} datanodes emptied, ${leaders} leaders, trace ${trace}`
  );
}
