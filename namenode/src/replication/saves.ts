import { Ring } from '@rfs/base/collections';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Journal } from '../journal/index.js';
import type { Message, RaftCore, Ready } from '../raft/index.js';

/** An append to the journal under way: what the core learns when it is durable. */
interface Save {
  readonly ticket: number;
  readonly index: LogIndex;
  readonly term: Term;
  /** May leave then. */
  messages: readonly Message[];
}

const NOTHING: readonly Message[] = [];

/** Appends to the journal in the order of the Readys, and the messages that wait for them. */
export class Saves {
  private readonly journal: Journal;
  private readonly waiting = new Ring<Save>();

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Saves what the Ready wants saved; the messages of it that wait for nothing. */
  begin(ready: Ready): readonly Message[] {
    const { entries, hardState, messagesAfterSave: messages } = ready;
    if (ready.mustSync) {
      const last = entries[entries.length - 1];
      const ticket = this.journal.append(entries, hardState);
      this.waiting.push({ ticket, index: last?.index ?? (0 as LogIndex), term: last?.term ?? (0 as Term), messages });
      return NOTHING;
    }
    if (hardState !== null) this.journal.note(hardState);
    if (messages.length === 0) return NOTHING;
    const newest = this.waiting.at(this.waiting.length - 1);
    if (newest === undefined) return messages;
    newest.messages = [...newest.messages, ...messages];
    return NOTHING;
  }

  /** True while an append is not durable yet. */
  get underWay(): boolean {
    return this.waiting.length > 0;
  }

  /** Everything up to `ticket` is durable, which the core now knows; the messages that waited for it. */
  durable(ticket: number, core: RaftCore): readonly Message[] {
    let messages = NOTHING;
    let save = this.waiting.peek();
    while (save !== undefined && save.ticket <= ticket) {
      this.waiting.shift();
      core.saved(save.index, save.term);
      if (save.messages.length > 0) messages = messages.length === 0 ? save.messages : [...messages, ...save.messages];
      save = this.waiting.peek();
    }
    return messages;
  }
}
