import process from 'node:process';
import { checkJoins } from './joins.js';
import { checkPowerLoss } from './power-loss.js';

/**
 * `main.js power-loss RECORDER WORK IMAGES COUNT SEED` or `main.js joins RECORDER WORK ROUNDS SEED`: prints a line that
 * begins with ok for each thing seen working, and ends with 1 when something is wrong. RECORDER is the library made of
 * `tools/testing/clients/record_disk.c`, WORK a folder for what is recorded, IMAGES one for images, COUNT of them; those
 * that show something wrong stay.
 */
const [what, recorder = '', work = '', ...rest] = process.argv.slice(2);
if (what === 'joins') {
  const [rounds, seed = ''] = rest;
  await checkJoins(recorder, work, Number(rounds), seed);
} else {
  const [images = '', count, seed = ''] = rest;
  await checkPowerLoss({ recorder, work, images, count: Number(count), seed });
}
