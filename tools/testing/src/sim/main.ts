import process from 'node:process';
import { parseArgs } from 'node:util';
import type { SimReport } from './options.js';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.js';
import { simulate } from './simulate.js';

const HELP = `npm run sim -- [options]

Runs whole clusters in one process, with faults; the same seed does the same.

  --seed S     the first seed [1]
  --runs R     so many seeds, from the first on [1]
  --events N   events of a run, before all is left to become well again [100000]
  --faults MS  between two faults, on average; 0 for none [as the seed says]
  --think MS   between two wishes of a client, on average [as the seed says]
  --bug NAME   look for the planted bugs whose names contain this; "all" for each
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    events: { type: 'string', default: '100000' },
    faults: { type: 'string' },
    think: { type: 'string' },
    bug: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const first = Number(values.seed);
const runs = Number(values.runs);
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

if (values.help) say(HELP);
else if (values.bug === undefined) simulateAll();
else for (const bug of PLANTED_BUGS) if (values.bug === 'all' || bug.name.includes(values.bug)) hunt(bug);

function simulateAll(): void {
  const { faults, think } = values;
  const options = {
    events: Number(values.events),
    ...(faults !== undefined && { faultMs: Number(faults) }),
    ...(think !== undefined && { thinkMs: Number(think) }),
  };
  for (let seed = first; seed < first + runs; seed++) {
    const report = simulate({ seed, ...options });
    say(lineOf(report));
    if (report.violation === undefined) continue;
    say(`  ${report.violation.message}\n  again: ${again(seed)}`);
    process.exitCode = 1;
  }
}

/** The command that does the same once more. */
function again(seed: number): string {
  const given = (['events', 'faults', 'think'] as const).filter((name) => values[name] !== undefined);
  return ['npm run sim -- --seed', seed, ...given.map((name) => `--${name} ${values[name]}`)].join(' ');
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
