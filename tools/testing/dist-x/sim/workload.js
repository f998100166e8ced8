import { CommandKind } from '@rfs/namenode/namespace';
/** All paths that the simulated clients speak of: few, so that they get in each other's way. */
export const PATHS = ['d0', 'd1', 'd2'].flatMap((top) => [
    `/${top}`,
    ...['a', 'b', 'c'].flatMap((name) => [`/${top}/${name}`, `/${top}/${name}/x`, `/${top}/${name}/y`]),
]);
const MODES = [0o755, 0o750, 0o700, 0o777];
/**
 * Draws wishes for the client `holder`; `hot` is a path that everybody looks at now, `open` the one it has made last and
 * may want to complete.
 */
export function drawWish(random, holder, hot, open) {
    const draw = random.below(100);
    const path = random.below(2) === 0 ? hot : pick(random, PATHS);
    if (open !== undefined && draw >= 60)
        return { type: 'change', command: { kind: CommandKind.COMPLETE, path: open, holder } };
    if (draw < 25)
        return { type: 'read', path, coordinated: true };
    if (draw < 45)
        return { type: 'read', path, coordinated: false };
    if (draw < 48)
        return { type: 'sync' };
    return { type: 'change', command: drawChange(random, holder, path) };
}
function drawChange(random, holder, path) {
    const draw = random.below(100);
    const mode = pick(random, MODES);
    if (draw < 12)
        return { kind: CommandKind.MKDIRS, path, mode };
    if (draw < 35)
        return { kind: CommandKind.CREATE, path, mode, holder };
    if (draw < 50)
        return { kind: CommandKind.COMPLETE, path, holder };
    if (draw < 62)
        return { kind: CommandKind.RENAME, path, destination: pick(random, PATHS) };
    if (draw < 74)
        return { kind: CommandKind.DELETE, path };
    if (draw < 84)
        return { kind: CommandKind.SET_PERMISSION, path, mode };
    return { kind: CommandKind.SET_TIMES, path, timeMs: 1 + random.below(1_000_000_000) };
}
function pick(random, list) {
    return list[random.below(list.length)];
}
//# sourceMappingURL=workload.js.map