import { CommandKind } from '@rfs/namenode/namespace';
/** A command as the simulated clients make it. */
export interface ModelCommand {
    readonly kind: CommandKind;
    readonly path: string;
    readonly destination?: string;
    readonly mode?: number;
    readonly timeMs?: number;
    readonly holder?: string;
}
/** The answer to what is not carried out. HDFS's codes are the business of the namespace's own tests. */
export declare const REFUSED = "refused";
/**
 * A small file system that knows a few commands and is too simple to be wrong: it predicts the outcome of every
 * command of the log and what a read may see.
 */
export declare class ModelFiles {
    private readonly root;
    private lastId;
    private timeMs;
    /** A command has come that a leader made at `timeMs` of its clock; time never goes back. */
    advance(timeMs: number): void;
    /** Carries the command out: the outcome, as `outcomeOf` puts the namenode's. */
    apply(command: ModelCommand): string;
    /** What a read of the path sees. */
    status(path: string): string;
    private mkdirs;
    private create;
    private complete;
    private rename;
    private remove;
    private change;
    /** True when something above the last name is a file. */
    private obstructed;
    private find;
}
/** How reads are compared, the model's and the namenode's. */
export declare function statusText(isDirectory: boolean, id: number, mode: number, mtimeMs: number, open: boolean): string;
//# sourceMappingURL=model.d.ts.map