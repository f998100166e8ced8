import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { formatScenario, parseScenario, Scenario } from './scenario.fixture.js';

/** Beside the sources; `UPDATE=1` writes the answers anew, and the difference is for a reader to judge. */
const FOLDER = join(import.meta.dirname, '../../src/raft/scenarios');

describe('scenarios', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.txt'))) {
    test(name.slice(0, -4), () => {
      const path = join(FOLDER, name);
      const text = readFileSync(path, 'utf8');
      const steps = parseScenario(text);
      const scenario = new Scenario();
      const now = formatScenario(
        steps,
        steps.map(({ command }) => scenario.run(command)),
      );
      if (process.env.UPDATE === '1') writeFileSync(path, now);
      else assert.equal(now, text, 'UPDATE=1 records the new answers');
    });
  }
});
