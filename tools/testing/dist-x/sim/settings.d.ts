import type { NamespaceEvents } from '@rfs/namenode/namespace';
/** Small, so that segments change and are cut all the time. */
export declare const LIMITS: {
    segmentBytes: number;
    writeBytes: number;
    retainedBytes: number;
    retainedMs: number;
    fullRetryMs: number;
};
/**
 * A few entries in one append, so that catching up takes many messages; and a few hundred in memory, so that the rest
 * is read from the journal.
 */
export declare const LINKS: {
    tickMs: number;
    electionTicks: number;
    appendBytes: number;
    cacheBytes: number;
};
/** Of a namenode without a block map. */
export declare const NO_EVENTS: NamespaceEvents;
//# sourceMappingURL=settings.d.ts.map