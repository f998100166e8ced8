/** What `rfs up --json` prints. */
export interface ClusterDescription {
    readonly hdfs: string;
    readonly webhdfs: string;
    readonly conf: string;
    readonly namenodes: readonly {
        readonly id: string;
        readonly pid: number;
        readonly rpc: string;
        readonly http: string;
        readonly state: string;
        readonly dir: string;
    }[];
    readonly datanodes: readonly {
        readonly id: string;
        readonly pid: number;
        readonly data: string;
        readonly http: string;
        readonly ipc: string;
        readonly dir: string;
    }[];
}
/** How `rfs up` ended. */
export interface Ending {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    /** From the signal to the end. */
    readonly tookMs: number;
}
/**
 * A cluster of real processes: `rfs up`, and what it says about itself. It does not keep this process alive and ends
 * with it, so that a test which fails before it stops its cluster neither hangs nor leaves anything behind.
 */
export declare class ProcessCluster {
    readonly description: ClusterDescription;
    /** From the start of the command to the line of its description. */
    readonly readyMs: number;
    /** What rfs up wrote to its standard error since it was ready. */
    complaints: string;
    private readonly child;
    private readonly ended;
    private constructor();
    /** Starts `rfs up --json` with further words, and waits for its description. */
    static start(...words: readonly string[]): Promise<ProcessCluster>;
    /** Process ids of rfs up and of its daemons as they were at the start. */
    get pids(): readonly number[];
    /** host:port of the first namenode's RPC. */
    get rpc(): string;
    /** The cluster as it is now: daemons that were started again have other process ids. */
    now(): ClusterDescription;
    /** Sends a signal to rfs up and waits until it is gone. */
    stop(signal?: NodeJS.Signals): Promise<Ending>;
    private keepAlive;
}
/** True while there is such a process. */
export declare function isAlive(pid: number): boolean;
/** Ends a process the hard way. */
export declare function killHard(pid: number): void;
/** Asks a process to stop in order. */
export declare function askToStop(pid: number): void;
/** A process stops in the middle of whatever it does; others do not notice but by its silence. */
export declare function hang(pid: number): void;
/** Lets a process that hangs go on. */
export declare function resume(pid: number): void;
/** Fulfilled once `condition` holds; rejected when it does not within `patienceMs`. */
export declare function until(what: string, condition: () => boolean | Promise<boolean>, patienceMs?: number): Promise<void>;
/** Runs the rfs command to its end. */
export declare function runRfs(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<{
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
}>;
//# sourceMappingURL=process-cluster.d.ts.map