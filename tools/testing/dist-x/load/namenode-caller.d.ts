import { ClientIdentity } from '@rfs/protocol/rpc';
/** What a call came to: carried out, refused for a reason, or nobody knows because the connection ended. */
export type Outcome = 'done' | 'unknown';
/** A client of one namenode that may be killed at any time: it never repeats a call. */
export declare class NamenodeCaller {
    readonly identity: ClientIdentity;
    private readonly client;
    constructor(rpc: string);
    /** Makes a folder with its parents, under a call id of the caller's if it gives one. */
    mkdirs(src: string, callId?: number): Promise<Outcome>;
    /** Makes an empty file and completes it. */
    makeFile(src: string): Promise<Outcome>;
    rename(src: string, dst: string): Promise<Outcome>;
    remove(src: string): Promise<Outcome>;
    /** Whether there is something at a path; undefined when the namenode cannot be asked. */
    exists(src: string): Promise<boolean | undefined>;
    close(): void;
}
//# sourceMappingURL=namenode-caller.d.ts.map