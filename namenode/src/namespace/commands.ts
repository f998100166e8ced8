import { AssertionFailure } from '@rfs/base/assert';
import { ByteReader, ByteWriter, type Codec } from '@rfs/base/bytes';
import * as messages from '../generated/command.js';
import { CommandKind, type CommandOrigin, decodeCommandOrigin, encodeCommandOrigin } from '../generated/command.js';
import { type Origin, Origins } from './origins.js';

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

/** What every command has beside its message. */
export interface CommandHeader extends CommandOrigin {
  readonly timeMs: number;
  /** 16 bytes; absent when the retry cache has no say in the command. */
  readonly clientId?: Uint8Array | undefined;
  readonly callId?: number | undefined;
}

const CLIENT_ID_BYTES = 16;
const NO_CALL = -1;

/** Commands share memory in pieces of this size: they live about equally long, and memory of their own is dear. */
const PIECE_BYTES = 32_768;
/** A piece with less left is full. */
const SPARE_BYTES = 1024;

/** Makes entries' data. */
export class CommandEncoder {
  private readonly writer = new ByteWriter(PIECE_BYTES);
  private readonly originWriter = new ByteWriter(256);
  private lastOrigin: CommandHeader | null = null;
  private originBytes: Uint8Array = new Uint8Array(0);

  /** The data of an entry; nothing will be written there again. */
  encode<K extends CommandKind>(kind: K, header: CommandHeader, message: CommandMessage<K>): Uint8Array {
    const { writer } = this;
    const { clientId, callId = NO_CALL } = header;
    if (writer.offset > PIECE_BYTES - SPARE_BYTES) writer.take(PIECE_BYTES);
    const start = writer.offset;
    writer.varint32(kind);
    writer.bytes(this.originAndTime(header));
    if (clientId !== undefined && clientId.length === CLIENT_ID_BYTES && callId >= 0) {
      writer.zigzag32(callId);
      writer.bytes(clientId);
    } else writer.zigzag32(NO_CALL);
    (commandCodecs[kind] as unknown as Codec<CommandMessage<K>>).encode(writer, message);
    return writer.buffer.subarray(start, writer.offset);
  }

  /** One client often calls many times in a row. */
  private originAndTime(origin: CommandHeader): Uint8Array {
    const last = this.lastOrigin;
    if (
      last === null ||
      last.timeMs !== origin.timeMs ||
      last.user !== origin.user ||
      last.groups !== origin.groups ||
      last.superuser !== origin.superuser ||
      last.clientMachine !== origin.clientMachine
    ) {
      const writer = this.originWriter;
      writer.reset();
      const at = writer.beginDelimited();
      encodeCommandOrigin(writer, origin);
      writer.endDelimited(at);
      writer.varint64(origin.timeMs);
      this.originBytes = writer.written();
      this.lastOrigin = origin;
    }
    return this.originBytes;
  }
}

/** Reads entries' data, one after the other: each takes the place of the one before. */
export class CommandReader {
  kind: CommandKind = CommandKind.BOOTSTRAP;
  origin!: Origin;
  timeMs = 0;
  /** -1: the retry cache has no say in the command. */
  callId = NO_CALL;
  /** Where the 16 bytes of the client id begin; means nothing without a call id. */
  clientIdAt = 0;
  message: unknown = undefined;
  private readonly origins = new Origins();
  private readonly reader = new ByteReader(new Uint8Array(0));

  read(data: Uint8Array): void {
    const { reader } = this;
    reader.reset(data);
    this.kind = reader.varint32() as CommandKind;
    const originEnd = reader.delimitedEnd();
    this.origin = this.origins.read(reader.buffer, reader.offset, originEnd);
    reader.offset = originEnd;
    this.timeMs = reader.varint64();
    this.callId = reader.zigzag32();
    this.clientIdAt = reader.offset;
    if (this.callId !== NO_CALL) reader.skip(CLIENT_ID_BYTES);
    this.message = codecOf(this.kind).decode(reader, data.length);
  }

  /** Forgets the origins it has seen. */
  clear(): void {
    this.origins.clear();
  }
}

/** A decoded entry. */
export interface DecodedCommand {
  readonly kind: CommandKind;
  readonly header: CommandHeader;
  readonly message: unknown;
}

/** The whole of an entry, for who looks at a log. */
export function decodeCommand(data: Uint8Array): DecodedCommand {
  const reader = new ByteReader(data);
  const kind = reader.varint32() as CommandKind;
  const origin = decodeCommandOrigin(reader, reader.delimitedEnd());
  const timeMs = reader.varint64();
  const callId = reader.zigzag32();
  const clientId = callId === NO_CALL ? undefined : reader.bytesCopy(CLIENT_ID_BYTES);
  return { kind, header: { ...origin, timeMs, callId, clientId }, message: codecOf(kind).decode(reader, data.length) };
}

function codecOf(kind: CommandKind): Codec<unknown> {
  const codec = commandCodecs[kind] as unknown as Codec<unknown> | undefined;
  if (codec === undefined) {
    throw new AssertionFailure(`the log has a command of kind ${kind}, which this program does not know`);
  }
  return codec;
}
