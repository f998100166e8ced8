import type { Random } from '@rfs/base/seams';
import type { ModelCommand } from './model.js';
/** All paths that the simulated clients speak of: few, so that they get in each other's way. */
export declare const PATHS: readonly string[];
/** What a client asks next. A coordinated read needs no newer state than its client has seen. */
export type Wish = {
    readonly type: 'change';
    readonly command: ModelCommand;
} | {
    readonly type: 'read';
    readonly path: string;
    readonly coordinated: boolean;
} | {
    readonly type: 'sync';
};
/**
 * Draws wishes for the client `holder`; `hot` is a path that everybody looks at now, `open` the one it has made last and
 * may want to complete.
 */
export declare function drawWish(random: Random, holder: string, hot: string, open: string | undefined): Wish;
//# sourceMappingURL=workload.d.ts.map