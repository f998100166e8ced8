import type { ByteReader } from '@rfs/base/bytes';
import type { ReplyCheck } from '../load/index.js';

const DELIMITED = 2;
const VARINT = 0;

/** An empty message: nothing to look at, success says it all. */
export const anyReply: ReplyCheck = () => null;

/** A message whose first field is the boolean true. */
export const trueReply: ReplyCheck = (reader, end) =>
  findField(reader, end, 1, VARINT) && reader.varint32() === 1 ? null : 'the answer is false';

/** A message with a file's status in field 1: type (field 1) IS_FILE. */
export const fileStatusReply: ReplyCheck = (reader, end) => {
  if (!findField(reader, end, 1, DELIMITED)) return 'there is no status';
  const statusEnd = reader.delimitedEnd();
  if (!findField(reader, statusEnd, 1, VARINT)) return 'the status has no type';
  const type = reader.varint32();
  return type === 2 ? null : `file type ${type}`;
};

/** A listing with exactly `entries` of them. */
export function listingReply(entries: number): ReplyCheck {
  return (reader, end) => {
    if (!findField(reader, end, 1, DELIMITED)) return 'there is no listing';
    const found = countField(reader, reader.delimitedEnd(), 1);
    return found === entries ? null : `${found} entries instead of ${entries}`;
  };
}

/** Locations of one block with exactly `replicas` datanodes. */
export function locationsReply(replicas: number): ReplyCheck {
  return (reader, end) => {
    if (!findField(reader, end, 1, DELIMITED)) return 'there are no locations';
    if (!findField(reader, reader.delimitedEnd(), 2, DELIMITED)) return 'there is no block';
    const found = countField(reader, reader.delimitedEnd(), 3);
    return found === replicas ? null : `${found} locations instead of ${replicas}`;
  };
}

/** Moves to the value of the first field `number` of wire type `wireType`; false when the message has none. */
function findField(reader: ByteReader, end: number, number: number, wireType: number): boolean {
  const wanted = (number << 3) | wireType;
  while (reader.offset < end) {
    const tag = reader.varint32();
    if (tag === wanted) return true;
    reader.skipField(tag & 7);
  }
  return false;
}

function countField(reader: ByteReader, end: number, number: number): number {
  let found = 0;
  while (reader.offset < end) {
    const tag = reader.varint32();
    if (tag >>> 3 === number) found++;
    reader.skipField(tag & 7);
  }
  return found;
}
