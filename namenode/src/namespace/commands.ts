import { assert } from '@rfs/base/assert';
import { ByteReader, ByteWriter, type Codec } from '@rfs/base/bytes';
import * as messages from '../generated/command.js';
import { type CommandHeader, CommandKind, decodeCommandHeader, encodeCommandHeader } from '../generated/command.js';

/** The message of each kind of command. */
const commandCodecs = {
  [CommandKind.BOOTSTRAP]: messages.BootstrapCommand,
  [CommandKind.CONFIGURE]: messages.ConfigureCommand,
  [CommandKind.SET_SAFE_MODE]: messages.SetSafeModeCommand,
  [CommandKind.PURGE]: messages.PurgeCommand,
  [CommandKind.MKDIRS]: messages.MkdirsCommand,
  [CommandKind.CREATE]: messages.CreateCommand,
  [CommandKind.APPEND]: messages.AppendCommand,
  [CommandKind.TRUNCATE]: messages.TruncateCommand,
  [CommandKind.CONCAT]: messages.ConcatCommand,
  [CommandKind.RENAME]: messages.RenameCommand,
  [CommandKind.RENAME2]: messages.Rename2Command,
  [CommandKind.DELETE]: messages.DeleteCommand,
  [CommandKind.SET_PERMISSION]: messages.SetPermissionCommand,
  [CommandKind.SET_OWNER]: messages.SetOwnerCommand,
  [CommandKind.SET_REPLICATION]: messages.SetReplicationCommand,
  [CommandKind.SET_TIMES]: messages.SetTimesCommand,
  [CommandKind.TOUCH_ACCESS_TIMES]: messages.TouchAccessTimesCommand,
  [CommandKind.SET_QUOTA]: messages.SetQuotaCommand,
  [CommandKind.SET_STORAGE_POLICY]: messages.SetStoragePolicyCommand,
  [CommandKind.ADD_BLOCK]: messages.AddBlockCommand,
  [CommandKind.ABANDON_BLOCK]: messages.AbandonBlockCommand,
  [CommandKind.COMPLETE]: messages.CompleteCommand,
  [CommandKind.FSYNC]: messages.FsyncCommand,
  [CommandKind.UPDATE_BLOCK_FOR_PIPELINE]: messages.UpdateBlockForPipelineCommand,
  [CommandKind.UPDATE_PIPELINE]: messages.UpdatePipelineCommand,
  [CommandKind.RELEASE_LEASE]: messages.ReleaseLeaseCommand,
  [CommandKind.COMMIT_BLOCK_SYNCHRONIZATION]: messages.CommitBlockSynchronizationCommand,
} as const satisfies Record<CommandKind, { readonly name: string }>;

type MessageIn<C> = C extends Codec<infer Message> ? Message : never;

/** The message of a kind of command. */
export type CommandMessage<K extends CommandKind> = MessageIn<(typeof commandCodecs)[K]>;

/** Commands share memory in pieces of this size: they live about equally long, and memory of their own is dear. */
const PIECE_BYTES = 32_768;
/** A piece with less left is full. */
const SPARE_BYTES = 1024;

/** Makes entries' data. */
export class CommandEncoder {
  private readonly writer = new ByteWriter(PIECE_BYTES);

  /** The data of an entry; nothing will be written there again. */
  encode<K extends CommandKind>(kind: K, header: CommandHeader, message: CommandMessage<K>): Uint8Array {
    const { writer } = this;
    if (writer.offset > PIECE_BYTES - SPARE_BYTES) writer.take(PIECE_BYTES);
    const start = writer.offset;
    writer.varint32(kind);
    const at = writer.beginDelimited();
    encodeCommandHeader(writer, header);
    writer.endDelimited(at);
    (commandCodecs[kind] as unknown as Codec<CommandMessage<K>>).encode(writer, message);
    return writer.buffer.subarray(start, writer.offset);
  }
}

/** A decoded entry. */
export interface DecodedCommand {
  readonly kind: CommandKind;
  readonly header: CommandHeader;
  readonly message: unknown;
}

export function decodeCommand(data: Uint8Array, reader = new ByteReader(data)): DecodedCommand {
  reader.reset(data);
  const kind = reader.varint32() as CommandKind;
  const header = decodeCommandHeader(reader, reader.delimitedEnd());
  const codec = commandCodecs[kind] as unknown as Codec<unknown> | undefined;
  assert(codec !== undefined, `the log has a command of kind ${kind}, which this program does not know`);
  return { kind, header, message: codec.decode(reader, data.length) };
}
