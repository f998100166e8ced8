import type { SimulatedDisk } from '@rfs/base/disk';
import type { BlockId, GenerationStamp, LogIndex } from '@rfs/base/ids';
import type { Disk, DiskFile } from '@rfs/base/seams';
import { seededRandom } from '@rfs/base/system';
import { CommandKind, type CommandMessage } from '@rfs/namenode/namespace';
import { EntryKind, type LogEntry } from '@rfs/namenode/raft';
import { decodeChange, encodeAgain } from './commands.js';
import { writeJournal } from './founding.js';
import type { ImageStore } from './image-store.js';
import { departuresOf, earlyReportsOf, insideOf, memberOf } from './inside.js';
import type { SimMember } from './member.js';
import type { SimOptions } from './options.js';
import type { Sabotage } from './sabotage.js';
import type { Scheduler } from './scheduler.js';

/** A bug that the simulator must find, whatever the seed, within `events`. */
export interface PlantedBug {
  readonly name: string;
  readonly events: number;
  /** What kind of cluster and faults bring it to light. */
  readonly options: Partial<SimOptions>;
  readonly sabotage: Sabotage;
}

/** Planted from outside, at the seams between the parts: the product has no switches for them. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a vote forgotten after a restart',
    events: 40_000,
    options: {},
    sabotage: { beforeStart: forgetVote },
  },
  {
    name: 'an acknowledgement before the sync',
    events: 40_000,
    options: {},
    sabotage: { disk: hastyDisk },
  },
  {
    name: "commit of an older term's entry by counting",
    events: 200_000,
    options: { faultMs: 700, focus: ['crash leader', 'isolate leader', 'disk stall'], datanodes: 0 },
    sabotage: { inside: countOlderTerms },
  },
  {
    name: 'a read from a deposed leader after a pause',
    events: 100_000,
    options: { faultMs: 4000, focus: ['pause leader'], voters: 3, journalNodes: 0, clients: 30, thinkMs: 500 },
    sabotage: { inside: readUnconfirmed },
  },
  {
    name: 'the retry cache left out of a snapshot',
    events: 60_000,
    options: { losesDisks: true, focus: ['lose a disk'] },
    sabotage: { copied: forgetRetries },
  },
  {
    name: 'a snapshot installed without cutting the log behind it',
    events: 60_000,
    options: { losesDisks: true, focus: ['lose a disk'] },
    sabotage: { inside: keepJournal },
  },
  {
    name: 'a suffix not truncated',
    events: 300_000,
    options: { faultMs: 1500, focus: ['isolate leader'], voters: 3, journalNodes: 0, clients: 30 },
    sabotage: { inside: keepSuffix },
  },
  {
    name: 'a lease expired by a local clock',
    events: 80_000,
    options: {},
    sabotage: { apply: expireByClock },
  },
  {
    name: 'a command that reads the block map in apply',
    events: 60_000,
    options: {},
    sabotage: { apply: askBlockMap },
  },
  {
    name: 'a journal node that cuts too early',
    events: 40_000,
    options: { journalNodes: 1 },
    sabotage: { inside: cutJournal },
  },
  {
    name: 'a wiped voter that votes under its old name',
    events: 60_000,
    options: { losesDisks: true, focus: ['lose a disk'] },
    sabotage: { keepsName: true },
  },
  {
    name: 'a state id taken from before the read',
    events: 100_000,
    options: {},
    sabotage: { stateIdOnArrival: true },
  },
  {
    name: 'a new leader that trusts what was reported before',
    events: 200_000,
    options: {
      faultMs: 4000,
      focus: ['crash leader'],
      voters: 3,
      journalNodes: 0,
      losesDisks: false,
      datanodes: 4,
      clients: 12,
    },
    sabotage: { inside: trustReports },
  },
  {
    name: 'a follower that drops reports about blocks to come',
    events: 150_000,
    options: { focus: ['isolate', 'split', 'pause'], clients: 12, datanodes: 4 },
    sabotage: { inside: dropEarlyReports },
  },
  {
    name: 'a datanode said to be empty too early',
    events: 200_000,
    options: { focus: ['empty a datanode'], datanodes: 6 },
    sabotage: { inside: spareNothing },
  },
];

function forgetVote(member: SimMember): void {
  member.rewriteDisk((disk) =>
    writeJournal(disk, seededRandom(member.id), (journal) => {
      const { term, commit } = journal.hardState;
      if (!journal.isNew) journal.append([], { term, vote: 0, commit });
    }),
  );
}

/** Says that a write is synced while it is about to be. */
function hastyDisk(disk: SimulatedDisk, scheduler: Scheduler): Disk {
  const hasty = (file: DiskFile): DiskFile => {
    let closed = false;
    return {
      size: () => file.size(),
      readSync: (into, position) => file.readSync(into, position),
      write: (pieces, position, done) => {
        scheduler.after(SYNCED_LATER_MS, () => {
          if (!disk.stopped && !closed) file.sync(() => {});
        });
        file.write(pieces, position, done);
      },
      sync: (done) => file.sync(done),
      truncateSync: (length) => file.truncateSync(length),
      close: () => {
        closed = true;
        file.close();
      },
    };
  };
  return {
    list: (folder) => disk.list(folder),
    makeFolder: (folder) => disk.makeFolder(folder),
    open: (path) => disk.open(path),
    openSynced: (path) => hasty(disk.open(path)),
    createSynced: (path, done) =>
      disk.createSynced(path, (error, file) => {
        file?.close();
        done(error, error === null ? hasty(disk.open(path)) : null);
      }),
    exists: (path) => disk.exists(path),
    remove: (path, done) => disk.remove(path, done),
    removeSync: (path) => disk.removeSync(path),
    rename: (from, to) => disk.rename(from, to),
    syncFolder: (folder, done) => disk.syncFolder(folder, done),
    syncFolderSync: (folder) => disk.syncFolderSync(folder),
  };
}

const SYNCED_LATER_MS = 50;

/** Commits whatever a majority has, also of older terms (thesis figure 3.7). */
function countOlderTerms(member: SimMember): void {
  const { replicator } = member.running!;
  const receive = replicator.receive.bind(replicator);
  replicator.receive = (message) => {
    const { core } = insideOf(replicator);
    if (core?.role === 'leader' && message.type === 'appendReply' && !message.refused && message.term === core.term) {
      const { log, progress } = memberOf(core);
      const { voters } = core.membership;
      const matches = voters.map((id) => (id === core.self ? log.saved : (progress.get(id)?.match ?? 0)));
      matches.sort((a, b) => a - b);
      log.commitTo(matches[voters.length - Math.floor(voters.length / 2) - 1] as LogIndex);
    }
    receive(message);
  };
}

/** Serves linearizable reads as soon as asked, whoever may lead meanwhile. */
function readUnconfirmed(member: SimMember): void {
  const { replicator } = member.running!;
  const confirmed = replicator.readIndex.bind(replicator);
  replicator.readIndex = (sink) => {
    if (replicator.leading) sink.readable(replicator.appliedIndex);
    else confirmed(sink);
  };
}

/** Replaces entries one by one and leaves what stood behind them. */
function keepSuffix(member: SimMember): void {
  const { core } = insideOf(member.running!.replicator);
  if (core === undefined) return;
  const { log } = memberOf(core);
  const merge = log.merge.bind(log);
  log.merge = (prevIndex, prevTerm, entries) => {
    const last = log.lastIndex;
    const behind = (prevIndex + entries.length + 1) as LogIndex;
    const tail = behind <= last && prevIndex >= log.firstIndex ? log.slice(behind, last, Number.POSITIVE_INFINITY) : [];
    const merged = merge(prevIndex, prevTerm, entries);
    if (merged?.firstNew !== undefined && log.lastIndex === behind - 1) for (const entry of tail) log.push(entry);
    return merged;
  };
}

/** While applying a complete, judges by its own clock whether the writer's lease has run out. */
function expireByClock(entries: readonly LogEntry[], member: SimMember): readonly LogEntry[] {
  const now = member.running?.process.nowMs() ?? 0;
  return entries.map((entry) =>
    rewritten(entry, (message, timeMs) => (now - timeMs > LEASE_MS ? { ...message, clientName: 'nobody' } : message)),
  );
}

const LEASE_MS = 3000;

/** While applying a complete, asks what this replica's datanodes have reported so far. */
function askBlockMap(entries: readonly LogEntry[], { running }: SimMember): readonly LogEntry[] {
  const blocks = running?.server?.blocks;
  if (blocks === undefined) return entries;
  return entries.map((entry) =>
    rewritten(entry, (message) => ({
      ...message,
      minimal: (message.last === undefined ? [] : [message.last]).filter(({ blockId, stamp, lengthBytes }) =>
        blocks.isMinimallyReplicated(blockId as BlockId, stamp as GenerationStamp, lengthBytes ?? 0),
      ),
    })),
  );
}

type Complete = CommandMessage<typeof CommandKind.COMPLETE>;

/** The entry with another message if it is a complete, given the leader's time. */
function rewritten(entry: LogEntry, change: (message: Complete, timeMs: number) => Complete): LogEntry {
  if (entry.kind !== EntryKind.normal) return entry;
  const { command } = decodeChange(entry.data);
  if (command.kind !== CommandKind.COMPLETE) return entry;
  const message = change(command.message as Complete, command.header.timeMs);
  return message === command.message ? entry : { ...entry, data: encodeAgain(command, message) };
}

/** Rows of the retry cache begin with this byte (docs/formats/store.md). */
const RETRY_ROWS = 0x15;

function forgetRetries(copy: ImageStore): ImageStore {
  const keys: Uint8Array[] = [];
  copy.range(Uint8Array.of(RETRY_ROWS), Uint8Array.of(RETRY_ROWS + 1), (key) => {
    keys.push(Uint8Array.from(key));
    return true;
  });
  copy.write((writer) => {
    for (const key of keys) writer.delete(key);
  });
  return copy;
}

/** Puts a state in place and leaves the journal as it is. */
function keepJournal(member: SimMember): void {
  const { journal } = insideOf(member.running!.replicator);
  journal.beginAnew = () => journal.append([], journal.hardState);
}

/** Lets go of what is committed, whatever the namenodes' states hold. */
function cutJournal({ votesOnly, running }: SimMember): void {
  if (!votesOnly) return;
  const { process, replicator } = running!;
  const { journal } = insideOf(replicator);
  const cut = (): void => {
    journal.cutPrefix(replicator.committedIndex, cut);
  };
  const cutOften = (): void => {
    process.setTimer(CUT_MS, cutOften);
    cut();
  };
  cutOften();
}

const CUT_MS = 500;

/** Takes no storage for stale, as if no other leader had ordered anything there. */
function trustReports({ running }: SimMember): void {
  const blocks = running?.server?.blocks;
  if (blocks !== undefined) blocks.datanodes.markAllStale = () => {};
}

/** Keeps no report about what the log has not brought yet. */
function dropEarlyReports({ running }: SimMember): void {
  const blocks = running?.server?.blocks;
  if (blocks !== undefined) earlyReportsOf(blocks).add = () => true;
}

/** Takes every block for spared, wherever else it is. */
function spareNothing({ running }: SimMember): void {
  const blocks = running?.server?.blocks;
  if (blocks !== undefined) departuresOf(blocks).isSufficient = () => true;
}
