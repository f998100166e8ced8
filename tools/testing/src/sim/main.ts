import process from 'node:process';
import { parseArgs } from 'node:util';
import { simulate } from './simulate.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '1' },
    faults: { type: 'string' },
  },
});
const started = process.hrtime.bigint();
for (let run = 0; run < Number(values.runs); run++) {
  const seed = Number(values.seed) + run;
  const report = simulate({
    seed,
    events: Number(values.events),
    ...(values.faults === undefined ? {} : { faultMs: Number(values.faults) }),
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.violation !== undefined) process.exitCode = 1;
}
process.stdout.write(`${Number(process.hrtime.bigint() - started) / 1e9} s\n`);
