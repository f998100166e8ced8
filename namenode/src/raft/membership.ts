import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import type { Membership, PeerId } from './types.js';

const VERSION = 1;

/** The group that one member alone forms. */
export function soleMember(peer: PeerId): Membership {
  return { voters: [peer], outgoing: [], learners: [], learnersNext: [], context: new Uint8Array(0) };
}

/** The membership as the data of a membership entry (`docs/formats/journal.md`). */
export function encodeMembership(membership: Membership): Uint8Array {
  const writer = new ByteWriter(64 + membership.context.length);
  writer.uint8(VERSION);
  for (const peers of [membership.voters, membership.outgoing, membership.learners, membership.learnersNext]) {
    writer.varint32(peers.length);
    for (const peer of peers) writer.varint64(peer);
  }
  writer.delimited(membership.context);
  return writer.copy();
}

/** Throws MalformedBytes when `data` is not a membership. */
export function decodeMembership(data: Uint8Array): Membership {
  const reader = new ByteReader(data);
  const version = reader.uint8();
  if (version !== VERSION) throw new MalformedBytes(`membership of version ${version}, known is ${VERSION}`);
  const voters = peers(reader);
  const outgoing = peers(reader);
  const learners = peers(reader);
  const learnersNext = peers(reader);
  const context = Uint8Array.from(reader.bytes(reader.varint32()));
  return { voters, outgoing, learners, learnersNext, context };
}

function peers(reader: ByteReader): PeerId[] {
  const count = reader.varint32();
  if (count > reader.remaining) throw new MalformedBytes(`a list of ${count} members in ${reader.remaining} bytes`);
  const out: PeerId[] = [];
  for (let i = 0; i < count; i++) out.push(reader.varint64());
  return out;
}
