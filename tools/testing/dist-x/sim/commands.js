import { isFailure } from '@rfs/base/failure';
import { CommandEncoder, CommandKind, decodeCommand } from '@rfs/namenode/namespace';
import { REFUSED } from './model.js';
const USER = { user: 'sim', groups: ['supergroup'], superuser: true, clientMachine: '10.0.0.1' };
const BLOCK_SIZE_BYTES = 1 << 20;
const encoder = new CommandEncoder();
/** The first entry of every simulated log. */
export function bootstrapData() {
    return encoder.encode(CommandKind.BOOTSTRAP, { ...USER, timeMs: 1 }, {
        clusterId: 'CID-sim',
        namespaceId: 7,
        blockPoolId: 'BP-sim',
        creationTimeMs: 1,
        rootOwner: 'sim',
        rootGroup: 'supergroup',
        rootMode: 0o777,
    });
}
/** The id with which the client's calls are remembered: its number in 16 bytes. */
export function clientIdOf(client) {
    const id = new Uint8Array(16).fill(0xc1);
    id[0] = client;
    return id;
}
/** A change as a leader puts it into the log at `timeMs` of its clock. */
export function encodeChange(command, client, callId, timeMs) {
    const header = { ...USER, timeMs, clientId: clientIdOf(client), callId };
    const { path } = command;
    const mode = command.mode ?? 0;
    const clientName = command.holder ?? '';
    switch (command.kind) {
        case CommandKind.MKDIRS:
            return encoder.encode(CommandKind.MKDIRS, header, { path, mode, createParent: true });
        case CommandKind.CREATE:
            return encoder.encode(CommandKind.CREATE, header, {
                path,
                mode,
                clientName,
                flags: 1,
                createParent: true,
                replication: 1,
                blockSizeBytes: BLOCK_SIZE_BYTES,
                expiredHolder: undefined,
            });
        case CommandKind.COMPLETE:
            return encoder.encode(CommandKind.COMPLETE, header, {
                path,
                fileId: 0,
                clientName,
                last: undefined,
                minimal: [],
            });
        case CommandKind.RENAME:
            return encoder.encode(CommandKind.RENAME, header, { source: path, destination: command.destination ?? '' });
        case CommandKind.DELETE:
            return encoder.encode(CommandKind.DELETE, header, { path, recursive: true });
        case CommandKind.SET_PERMISSION:
            return encoder.encode(CommandKind.SET_PERMISSION, header, { path, mode });
        case CommandKind.SET_TIMES:
            return encoder.encode(CommandKind.SET_TIMES, header, {
                path,
                modificationTimeMs: command.timeMs,
                accessTimeMs: undefined,
            });
        default:
            throw new Error(`the simulated clients know no command ${command.kind}`);
    }
}
/** Reads a change back from its entry. */
export function decodeChange(data) {
    const { kind, header, message } = decodeCommand(data);
    const fields = message;
    const command = {
        kind,
        path: fields.path ?? fields.source ?? '',
        ...(fields.destination === undefined ? {} : { destination: fields.destination }),
        ...(fields.mode === undefined ? {} : { mode: fields.mode }),
        ...(fields.clientName === undefined ? {} : { holder: fields.clientName }),
        ...(fields.modificationTimeMs === undefined ? {} : { timeMs: fields.modificationTimeMs }),
    };
    const client = header.clientId?.[0] ?? -1;
    return { command, timeMs: header.timeMs, client, callId: header.callId ?? -1 };
}
/** The outcome as the model puts it. */
export function outcomeOf(result) {
    if (isFailure(result))
        return REFUSED;
    if (typeof result === 'object' && result !== null && 'id' in result)
        return `file ${Number(result.id)}`;
    return result === false ? 'false' : 'true';
}
/** The outcome with the reason of a refusal: what replicas and repeated calls must agree in. */
export function answerOf(result) {
    return isFailure(result) ? `${REFUSED} ${result.code}` : outcomeOf(result);
}
//# sourceMappingURL=commands.js.map