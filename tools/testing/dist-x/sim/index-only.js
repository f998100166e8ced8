/** What a journal node has for a state machine. */
export class IndexOnly {
    appliedIndex = 0;
    congested = false;
    opened(committed) {
        this.appliedIndex = committed;
    }
    applyBatch(entries) {
        this.appliedIndex = entries[entries.length - 1].index;
    }
}
//# sourceMappingURL=index-only.js.map