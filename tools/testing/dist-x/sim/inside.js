export function insideOf(replicator) {
    return replicator;
}
export function memberOf(core) {
    return core.member;
}
//# sourceMappingURL=inside.js.map