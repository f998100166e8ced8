import type { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Disk } from '@rfs/base/seams';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { EntryKind, type HardState, type LogEntry } from '../raft/index.js';
import { Journal, type JournalOptions } from './index.js';

export const FOLDER = '/journal';

/** A journal whose observer writes down what it hears. */
export class WatchedJournal {
  readonly journal: Journal;
  readonly failures: Error[] = [];
  readonly fulls: Error[] = [];
  writes: number[] = [];
  durableTicket = 0;

  constructor(disk: Disk, seed: number, options: Partial<JournalOptions> = {}) {
    this.journal = Journal.open({
      disk,
      folder: FOLDER,
      random: seededRandom(seed),
      clock: new VirtualClock(),
      observer: {
        durable: (ticket) => {
          this.durableTicket = ticket;
        },
        full: (error) => this.fulls.push(error),
        failed: (error) => this.failures.push(error),
        wrote: (count) => this.writes.push(count),
      },
      ...options,
    });
  }
}

export function entry(index: number, term: number, data: string | Uint8Array = `entry ${index}`): LogEntry {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return { index: index as LogIndex, term: term as Term, kind: EntryKind.normal, data: bytes };
}

export function hardState(term: number, vote: number, commit: number): HardState {
  return { term: term as Term, vote, commit: commit as LogIndex };
}

/** The whole log as text, one `index.term:data` per entry. */
export function logText(journal: Journal): string[] {
  const out: string[] = [];
  for (let from = journal.firstIndex; from <= journal.lastIndex; ) {
    const entries = journal.read(from, (journal.lastIndex + 1) as LogIndex, 100);
    for (const { index, term, data } of entries) out.push(`${index}.${term}:${Buffer.from(data).toString('latin1')}`);
    from = (from + entries.length) as LogIndex;
  }
  return out;
}

/** Bytes of a file of the simulated disk. */
export function contentOf(disk: SimulatedDisk, path: string): Buffer {
  const file = disk.open(path);
  const content = Buffer.alloc(file.size());
  file.readSync(content, 0);
  file.close();
  return content;
}
