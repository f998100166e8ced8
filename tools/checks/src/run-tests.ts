import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { projectFolder, testedFolders } from './source/index.js';

/**
 * Runs every compiled test file of the project, or those whose path contains one of the arguments, and ends with the
 * line "N passed, N failed".
 */
const CONCURRENT_FILES = 2;
/** For a whole file: one that hangs must not hold up the others for ever. */
const FILE_TIMEOUT_MS = 15 * 60_000;

const wanted = process.argv.slice(2);
const files = testedFolders(projectFolder)
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => wanted.length === 0 || wanted.some((part) => relative(projectFolder, path).includes(part)))
  .sort();

let passed = 0;
let failed = 0;
const events = run({ files, concurrency: CONCURRENT_FILES, timeout: FILE_TIMEOUT_MS });
events.on('test:pass', ({ details, skip }) => {
  if (details.type !== 'suite' && skip === undefined) passed++;
});
events.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') failed++;
});
const report = events.compose(new spec());
report.on('end', () => {
  if (passed + failed === 0) process.stdout.write('no test ran: is the project built?\n');
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
report.pipe(process.stdout, { end: false });
