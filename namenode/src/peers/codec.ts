import { MalformedBytes } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import { type LogEntryProto, type PeerMessageProto, PeerMessageType as Type } from '../generated/raft.js';
import { decodeMembership, EntryKind, encodeMembership, type LogEntry, type Message } from '../raft/index.js';

const NO_ENTRIES: LogEntryProto[] = [];

/** A message of Raft as it stands on the wire. Entries are not copied. */
export function wireMessage(message: Message): PeerMessageProto {
  const { from, to, term } = message;
  switch (message.type) {
    case 'vote':
      return {
        ...empty(Type.VOTE, from, to, term),
        index: message.lastIndex,
        logTerm: message.lastTerm,
        pre: message.pre,
        flag: message.transfer,
      };
    case 'voteReply':
      return { ...empty(Type.VOTE_REPLY, from, to, term), pre: message.pre, flag: message.granted };
    case 'append':
      return {
        type: Type.APPEND,
        from,
        to,
        term,
        index: message.prevIndex,
        logTerm: message.prevTerm,
        entries: message.entries as unknown as LogEntryProto[],
        commit: message.commit,
        flag: message.silent,
      };
    case 'appendReply':
      return {
        type: Type.APPEND_REPLY,
        from,
        to,
        term,
        index: message.index,
        entries: NO_ENTRIES,
        flag: message.refused,
        hintIndex: message.hintIndex,
        hintTerm: message.hintTerm,
      };
    case 'heartbeat':
      return { ...empty(Type.HEARTBEAT, from, to, term), commit: message.commit, context: message.readContext };
    case 'heartbeatReply':
      return { ...empty(Type.HEARTBEAT_REPLY, from, to, term), context: message.readContext, flag: message.fetching };
    case 'snapshot': {
      const { index, term: logTerm, membership } = message.mark;
      return { ...empty(Type.SNAPSHOT, from, to, term), index, logTerm, membership: encodeMembership(membership) };
    }
    case 'readIndex':
      return { ...empty(Type.READ_INDEX, from, to, term), context: message.context };
    case 'readIndexReply':
      return { ...empty(Type.READ_INDEX_REPLY, from, to, term), context: message.context, index: message.index };
    case 'timeoutNow':
      return empty(Type.TIMEOUT_NOW, from, to, term);
  }
}

/** Throws MalformedBytes for what no version of a message looks like. */
export function messageOf(wire: PeerMessageProto): Message {
  const { from, to, index: rawIndex = 0, logTerm: rawLogTerm = 0, pre = false, flag = false, context = 0 } = wire;
  const term = wire.term as Term;
  const index = rawIndex as LogIndex;
  const logTerm = rawLogTerm as Term;
  const commit = (wire.commit ?? 0) as LogIndex;
  switch (wire.type) {
    case Type.VOTE:
      return { type: 'vote', from, to, term, pre, lastIndex: index, lastTerm: logTerm, transfer: flag };
    case Type.VOTE_REPLY:
      return { type: 'voteReply', from, to, term, pre, granted: flag };
    case Type.APPEND:
      checkEntries(wire.entries, rawIndex);
      // Both have the same shape; the numbers were checked.
      return {
        type: 'append',
        from,
        to,
        term,
        prevIndex: index,
        prevTerm: logTerm,
        entries: wire.entries as unknown as LogEntry[],
        commit,
        silent: flag,
      };
    case Type.APPEND_REPLY: {
      const hintIndex = (wire.hintIndex ?? 0) as LogIndex;
      const hintTerm = (wire.hintTerm ?? 0) as Term;
      return { type: 'appendReply', from, to, term, index, refused: flag, hintIndex, hintTerm };
    }
    case Type.HEARTBEAT:
      return { type: 'heartbeat', from, to, term, commit, readContext: context };
    case Type.HEARTBEAT_REPLY:
      return { type: 'heartbeatReply', from, to, term, readContext: context, fetching: flag };
    case Type.SNAPSHOT: {
      if (wire.membership === undefined) throw new MalformedBytes('a snapshot without membership');
      const membership = decodeMembership(wire.membership);
      return { type: 'snapshot', from, to, term, mark: { index, term: logTerm, membership } };
    }
    case Type.READ_INDEX:
      return { type: 'readIndex', from, to, term, context };
    case Type.READ_INDEX_REPLY:
      return { type: 'readIndexReply', from, to, term, context, index };
    case Type.TIMEOUT_NOW:
      return { type: 'timeoutNow', from, to, term };
    default:
      throw new MalformedBytes(`a message of unknown type ${wire.type}`);
  }
}

/** Bytes that a message takes on the wire, roughly. */
export function wireBytes(message: Message): number {
  if (message.type !== 'append') return 48;
  let bytes = 48;
  for (const entry of message.entries) bytes += entry.data.length + 24;
  return bytes;
}

function empty(type: Type, from: number, to: number, term: number): PeerMessageProto {
  return { type, from, to, term, entries: NO_ENTRIES };
}

/** Entries must follow each other: the core relies on it. */
function checkEntries(entries: readonly LogEntryProto[], prevIndex: number): void {
  for (let i = 0; i < entries.length; i++) {
    const { index, kind } = entries[i]!;
    if (index !== prevIndex + 1 + i) throw new MalformedBytes(`entry ${index} behind ${prevIndex + i}`);
    if (kind < EntryKind.normal || kind > EntryKind.identity) throw new MalformedBytes(`an entry of kind ${kind}`);
  }
}
