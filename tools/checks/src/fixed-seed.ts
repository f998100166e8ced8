import process from 'node:process';
import fc from 'fast-check';

/**
 * Loaded before each test file by `npm test`: properties are checked with the same values every time, so that a change
 * that fails is the one that broke something. `PROPERTY_SEED=N npm test` tries others; `node --test FILE`, without
 * this, tries new ones each time.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20261121) });
