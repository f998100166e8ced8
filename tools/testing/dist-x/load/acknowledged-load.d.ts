import type { NamenodeCaller } from './namenode-caller.js';
/**
 * Changes a namespace as fast as it goes and remembers what was acknowledged, so that after any crash every
 * acknowledged change can be looked for. Each chain has paths of its own; a chain whose last change has an unknown end
 * says nothing about the paths of that change.
 */
export declare class AcknowledgedLoad {
    private readonly caller;
    private readonly root;
    private readonly expected;
    private next;
    private stopping;
    constructor(caller: NamenodeCaller, root: string);
    /** Paths whose state is known. */
    get acknowledged(): number;
    /** Works until a call's end is unknown in every lane, or until `stop`. */
    run(): Promise<void>;
    stop(): void;
    /** Looks for everything acknowledged so far; the paths that are not as they must be. */
    missing(): Promise<string[]>;
    private lane;
    /** One chain of changes; false when the end of one is unknown. */
    private chain;
    private create;
    private step;
}
//# sourceMappingURL=acknowledged-load.d.ts.map