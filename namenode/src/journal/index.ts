export { JournalDamage } from './damage.js';
export type { LogStart } from './headers.js';
export { Journal, type JournalObserver, type JournalOptions, MAX_ENTRY_BYTES } from './journal.js';
