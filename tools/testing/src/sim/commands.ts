import { isFailure } from '@rfs/base/failure';
import {
  type AllocatedBlock,
  type AppendedFile,
  CommandEncoder,
  CommandKind,
  type DecodedCommand,
  decodeCommand,
} from '@rfs/namenode/namespace';
import { REFUSED } from './model-blocks.js';

const encoder = new CommandEncoder();

/** A change in the log. */
export interface LoggedChange {
  readonly command: DecodedCommand;
  /** Number of the client; -1 when nobody asked for it. */
  readonly client: number;
  readonly callId: number;
}

/** The first entry of every simulated log. */
export function bootstrapData(): Uint8Array {
  return encoder.encode(
    CommandKind.BOOTSTRAP,
    { timeMs: 1, user: 'sim', groups: [], superuser: true, callId: -1 },
    {
      clusterId: 'CID-sim',
      namespaceId: 7,
      blockPoolId: 'BP-sim',
      creationTimeMs: 1,
      rootOwner: 'sim',
      rootGroup: 'supergroup',
      rootMode: 0o777,
    },
  );
}

/** The id with which the client's calls are remembered: its number in 16 bytes. */
export function clientIdOf(client: number): Uint8Array {
  const id = new Uint8Array(16).fill(0xc1);
  id[0] = client;
  return id;
}

/** Where a call comes from: as if each came from a port of its own, so that the log tells whose it is. */
export function callerAddress(client: number, callId: number): string {
  return `10.0.1.${client}:${callId}`;
}

/** Reads a change back from its entry. */
export function decodeChange(data: Uint8Array): LoggedChange {
  const command = decodeCommand(data);
  const from = /^10\.0\.1\.(\d+):(\d+)$/.exec(command.header.clientMachine ?? '');
  return { command, client: Number(from?.[1] ?? -1), callId: Number(from?.[2] ?? -1) };
}

/** The entry's data with another message in the same command. */
export function encodeAgain({ kind, header }: DecodedCommand, message: DecodedCommand['message']): Uint8Array {
  return encoder.encode(kind, header, message as never);
}

/** The outcome as the model puts it. */
export function outcomeOf(kind: number, result: unknown): string {
  if (isFailure(result)) return REFUSED;
  switch (kind) {
    case CommandKind.CREATE:
      return `file ${(result as { id: number }).id}`;
    case CommandKind.ADD_BLOCK:
      return blockText('block', result as AllocatedBlock);
    case CommandKind.APPEND:
      return blockText('appended', (result as AppendedFile).lastBlock);
    case CommandKind.UPDATE_BLOCK_FOR_PIPELINE:
      return `stamp ${(result as { stamp: number }).stamp}`;
    default:
      return result === false ? 'false' : 'true';
  }
}

/** The outcome with the reason of a refusal: what replicas and repeated calls must agree in. */
export function answerOf(kind: number, result: unknown): string {
  return isFailure(result) ? `${REFUSED} ${result.code}` : outcomeOf(kind, result);
}

export function blockText(what: string, block: { readonly id: number; readonly stamp: number } | undefined): string {
  return block === undefined ? what : `${what} ${block.id}_${block.stamp}`;
}
