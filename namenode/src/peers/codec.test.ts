import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import { decodePeerMessageProto, encodePeerMessageProto } from '../generated/raft.js';
import { EntryKind, type Message } from '../raft/index.js';
import { messageOf, wireMessage } from './codec.js';

const TERM = 7 as Term;
const ENVELOPE = { from: 1, to: 2, term: TERM };
const membership = { voters: [1, 2], outgoing: [], learners: [3], learnersNext: [], context: new Uint8Array([9]) };

const entry = (index: number, text: string) => ({
  index: index as LogIndex,
  term: TERM,
  kind: EntryKind.normal,
  data: Buffer.from(text),
});

const MESSAGES: readonly Message[] = [
  { type: 'vote', ...ENVELOPE, pre: true, lastIndex: 5 as LogIndex, lastTerm: 4 as Term, transfer: false },
  { type: 'vote', ...ENVELOPE, pre: false, lastIndex: 0 as LogIndex, lastTerm: 0 as Term, transfer: true },
  { type: 'voteReply', ...ENVELOPE, pre: false, granted: true },
  {
    type: 'append',
    ...ENVELOPE,
    prevIndex: 10 as LogIndex,
    prevTerm: 6 as Term,
    entries: [entry(11, 'a'), entry(12, '')],
    commit: 9 as LogIndex,
    silent: true,
  },
  {
    type: 'appendReply',
    ...ENVELOPE,
    index: 3 as LogIndex,
    refused: true,
    hintIndex: 2 as LogIndex,
    hintTerm: 1 as Term,
  },
  { type: 'heartbeat', ...ENVELOPE, commit: 8 as LogIndex, readContext: 2 ** 51 + 1 },
  { type: 'heartbeatReply', ...ENVELOPE, readContext: 4, fetching: true },
  { type: 'snapshot', ...ENVELOPE, mark: { index: 4 as LogIndex, term: 3 as Term, membership } },
  { type: 'readIndex', ...ENVELOPE, context: 5 },
  { type: 'readIndexReply', ...ENVELOPE, context: 5, index: 6 as LogIndex },
  { type: 'timeoutNow', ...ENVELOPE },
];

function throughTheWire(message: Message): Message {
  const writer = new ByteWriter();
  encodePeerMessageProto(writer, wireMessage(message));
  return messageOf(decodePeerMessageProto(new ByteReader(writer.written()), writer.offset));
}

for (const message of MESSAGES) {
  test(`a message of type ${message.type} comes as it was sent`, () => {
    assert.deepEqual(throughTheWire(message), message);
  });
}

test('entries that do not follow each other, or of no known kind, are refused', () => {
  const append = MESSAGES.find(({ type }) => type === 'append') as Message & { type: 'append' };
  for (const entries of [[entry(12, 'gap')], [entry(11, 'a'), entry(11, 'again')]]) {
    assert.throws(() => throughTheWire({ ...append, entries }), MalformedBytes);
  }
  const unknown = { ...entry(11, 'a'), kind: 99 as unknown as 1 };
  assert.throws(() => throughTheWire({ ...append, entries: [unknown] }), MalformedBytes);
});
