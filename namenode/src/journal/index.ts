export { JournalDamage } from './damage.js';
export type { LogStart } from './headers.js';
export { Journal, MAX_ENTRY_BYTES } from './journal.js';
export type { JournalObserver, JournalOptions } from './options.js';
