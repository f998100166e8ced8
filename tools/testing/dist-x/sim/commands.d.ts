import { type ModelCommand } from './model.js';
/** A change in the log, as the model understands it. */
export interface LoggedChange {
    readonly command: ModelCommand;
    readonly timeMs: number;
    /** Number of the client; -1 when nobody asked for it. */
    readonly client: number;
    readonly callId: number;
}
/** The first entry of every simulated log. */
export declare function bootstrapData(): Uint8Array;
/** The id with which the client's calls are remembered: its number in 16 bytes. */
export declare function clientIdOf(client: number): Uint8Array;
/** A change as a leader puts it into the log at `timeMs` of its clock. */
export declare function encodeChange(command: ModelCommand, client: number, callId: number, timeMs: number): Uint8Array;
/** Reads a change back from its entry. */
export declare function decodeChange(data: Uint8Array): LoggedChange;
/** The outcome as the model puts it. */
export declare function outcomeOf(result: unknown): string;
/** The outcome with the reason of a refusal: what replicas and repeated calls must agree in. */
export declare function answerOf(result: unknown): string;
//# sourceMappingURL=commands.d.ts.map