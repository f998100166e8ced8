import { join } from 'node:path';
import { nodeDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import { systemClock, systemRandom } from '@rfs/base/system';
import { Journal } from '@rfs/namenode/journal';
import { appliedIn, type NamespaceEvents, StateMachine, stateHash } from '@rfs/namenode/namespace';
import type { LogEntry } from '@rfs/namenode/raft';
import { MemoryStore, openLmdbStore } from '@rfs/namenode/store';

const BATCH = 1000;
const ignore = (): void => undefined;
const NOBODY_HEARS: NamespaceEvents = {
  blockAllocated: ignore,
  blockReopened: ignore,
  blockRecoveryStarted: ignore,
  blockCommitted: ignore,
  blockCompleted: ignore,
  blockRemoved: ignore,
  replicationChanged: ignore,
  blockMoved: ignore,
};

/** All entries of a journal that nobody has open. */
export function entriesOf(folder: string): LogEntry[] {
  const observer = { durable: ignore, full: ignore, failed: ignore, wrote: ignore };
  const journal = Journal.open({ disk: nodeDisk, folder, random: systemRandom(), clock: systemClock, observer });
  const entries: LogEntry[] = [];
  for (let next = journal.firstIndex; next <= journal.lastIndex; next = (next + BATCH) as LogIndex) {
    const to = Math.min(next + BATCH, journal.lastIndex + 1) as LogIndex;
    entries.push(...journal.read(next, to, Number.POSITIVE_INFINITY));
  }
  journal.close(ignore);
  return entries;
}

/**
 * Whether the store of a stopped namenode has exactly the rows that its log makes: undefined, or what is wrong.
 * @param whole the log's beginning, for journals that were cut
 */
export async function wrongRows(nameFolder: string, whole: readonly LogEntry[]): Promise<string | undefined> {
  const own = entriesOf(join(nameFolder, 'journal'));
  const first = own[0]?.index ?? Number.POSITIVE_INFINITY;
  const log = [...whole.slice(0, Math.max(0, first - 1)), ...own];
  const store = openLmdbStore(join(nameFolder, 'store'));
  try {
    const { index } = appliedIn(store);
    const memory = new MemoryStore();
    const machine = new StateMachine(memory, NOBODY_HEARS);
    for (let at = 0; at < index; at += BATCH) machine.applyBatch(log.slice(at, Math.min(at + BATCH, index)), []);
    if (machine.appliedIndex !== index) return `the log has ${log.length} entries, the store holds ${index}`;
    return stateHash(store) === stateHash(memory) ? undefined : `the rows differ from those of the log at ${index}`;
  } finally {
    await new Promise<void>((resolve) => store.close(() => resolve()));
  }
}
