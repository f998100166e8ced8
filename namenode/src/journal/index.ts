export { JournalDamage } from './damage.js';
export { Journal, type JournalObserver, type JournalOptions, MAX_ENTRY_BYTES } from './journal.js';
