import type { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import {
  CommandKind,
  decodeAppendRecord,
  decodeFileStatusRecord,
  encodeAppendRecord,
  encodeFileStatusRecord,
  type FileStatusRecord,
} from '../generated/command.js';
import type { FileStatus } from './file-status.js';
import type { AllocatedBlock } from './ops/add-block.js';
import type { AppendedFile } from './ops/append.js';

/** How the reply of an at-most-once command is kept for a repeated call. */
export interface KeptReply {
  /** False for a reply that is no success and is judged again. */
  keeps(reply: unknown): boolean;
  encode(writer: ByteWriter, reply: unknown): void;
  decode(reader: ByteReader): unknown;
}

/** Success alone is remembered; the reply is always the same. */
function constant(reply: unknown): KeptReply {
  return { keeps: (given) => given === reply, encode: () => {}, decode: () => reply };
}

const createReply: KeptReply = {
  keeps: () => true,
  encode: (writer, reply) => encodeFileStatusRecord(writer, reply as FileStatus),
  decode: (reader) => statusFrom(decodeFileStatusRecord(reader, reader.end)),
};

const appendReply: KeptReply = {
  keeps: () => true,
  encode: (writer, reply) => {
    const { status, lastBlock } = reply as AppendedFile;
    encodeAppendRecord(writer, {
      status,
      lastBlock:
        lastBlock === undefined
          ? undefined
          : { blockId: lastBlock.id, stamp: lastBlock.stamp, lengthBytes: lastBlock.lengthBytes },
      storages: lastBlock === undefined ? [] : [...lastBlock.storages],
      offsetBytes: lastBlock?.offsetBytes,
    });
  },
  decode: (reader) => {
    const record = decodeAppendRecord(reader, reader.end);
    const status = statusFrom(record.status);
    const block = record.lastBlock;
    if (block === undefined) return { status, lastBlock: undefined };
    const lastBlock: AllocatedBlock = {
      inode: status.id as InodeId,
      id: block.blockId as BlockId,
      stamp: block.stamp as GenerationStamp,
      lengthBytes: block.lengthBytes ?? 0,
      offsetBytes: record.offsetBytes ?? 0,
      storages: record.storages,
    };
    return { status, lastBlock };
  },
};

/** The at-most-once commands (@AtMostOnce in ClientProtocol) and what is kept of their replies. */
export const keptReplies: { readonly [K in CommandKind]?: KeptReply } = {
  [CommandKind.CREATE]: createReply,
  [CommandKind.APPEND]: appendReply,
  [CommandKind.CONCAT]: constant(true),
  [CommandKind.RENAME]: constant(true),
  [CommandKind.RENAME2]: constant(true),
  [CommandKind.DELETE]: constant(true),
  [CommandKind.UPDATE_PIPELINE]: constant(true),
};

function statusFrom(record: FileStatusRecord): FileStatus {
  return { ...record, kind: record.kind as FileStatus['kind'], name: '', childCount: 0, target: '' };
}
