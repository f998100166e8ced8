/** Small, so that segments change and are cut all the time. */
export const LIMITS = {
    segmentBytes: 8 << 10,
    writeBytes: 4 << 10,
    retainedBytes: 8 << 10,
    retainedMs: 20_000,
    fullRetryMs: 500,
};
/**
 * A few entries in one append, so that catching up takes many messages; and a few hundred in memory, so that the rest
 * is read from the journal.
 */
export const LINKS = { tickMs: 100, electionTicks: 10, appendBytes: 300, cacheBytes: 64 << 10 };
/** Of a namenode without a block map. */
export const NO_EVENTS = {
    blockAllocated: () => { },
    blockReopened: () => { },
    blockRecoveryStarted: () => { },
    blockCommitted: () => { },
    blockCompleted: () => { },
    blockRemoved: () => { },
    replicationChanged: () => { },
    blockMoved: () => { },
};
//# sourceMappingURL=settings.js.map