import { CommandKind } from '@rfs/namenode/namespace';
const FIRST_INODE = 16385;
/** The answer to what is not carried out. HDFS's codes are the business of the namespace's own tests. */
export const REFUSED = 'refused';
/**
 * A small file system that knows a few commands and is too simple to be wrong: it predicts the outcome of every
 * command of the log and what a read may see.
 */
export class ModelFiles {
    root = directory(FIRST_INODE, 0o777);
    lastId = FIRST_INODE;
    timeMs = 0;
    /** A command has come that a leader made at `timeMs` of its clock; time never goes back. */
    advance(timeMs) {
        this.timeMs = Math.max(this.timeMs, timeMs);
    }
    /** Carries the command out: the outcome, as `outcomeOf` puts the namenode's. */
    apply(command) {
        switch (command.kind) {
            case CommandKind.MKDIRS:
                return this.mkdirs(command.path, command.mode ?? 0);
            case CommandKind.CREATE:
                return this.create(command);
            case CommandKind.COMPLETE:
                return this.complete(command);
            case CommandKind.RENAME:
                return this.rename(command.path, command.destination ?? '');
            case CommandKind.DELETE:
                return this.remove(command.path);
            case CommandKind.SET_PERMISSION:
                return this.change(command.path, (node) => {
                    node.mode = command.mode ?? 0;
                });
            case CommandKind.SET_TIMES:
                return this.change(command.path, (node) => {
                    node.mtimeMs = command.timeMs ?? 0;
                });
            default:
                return 'true';
        }
    }
    /** What a read of the path sees. */
    status(path) {
        const node = this.find(namesOf(path));
        return node === undefined
            ? 'absent'
            : statusText(node.children !== undefined, node.id, node.mode, node.mtimeMs, node.holder !== undefined);
    }
    mkdirs(path, mode) {
        let at = this.root;
        const names = namesOf(path);
        for (const [depth, name] of names.entries()) {
            const next = at.children.get(name);
            if (next === undefined) {
                // Directories above get u+wx, the last one just the mode that was asked for.
                const made = directory(++this.lastId, depth < names.length - 1 ? mode | 0o300 : mode);
                at.children.set(name, made);
                at = made;
            }
            else if (next.children === undefined) {
                return REFUSED;
            }
            else
                at = next;
        }
        return 'true';
    }
    create({ path, mode, holder }) {
        const names = namesOf(path);
        const name = names.pop();
        let at = this.root;
        for (const [i, above] of names.entries()) {
            const next = at.children.get(above);
            if (next === undefined) {
                for (const missing of names.slice(i)) {
                    const made = directory(++this.lastId, at.mode | 0o300);
                    at.children.set(missing, made);
                    at = made;
                }
                break;
            }
            if (next.children === undefined)
                return REFUSED;
            at = next;
        }
        if (at.children.has(name))
            return REFUSED;
        const id = ++this.lastId;
        at.children.set(name, { id, mode: mode ?? 0, mtimeMs: this.timeMs, holder, children: undefined });
        return `file ${id}`;
    }
    complete({ path, holder }) {
        const file = this.find(namesOf(path));
        if (file === undefined || file.children !== undefined)
            return REFUSED;
        if (file.holder === undefined)
            return 'true';
        if (file.holder !== holder)
            return REFUSED;
        file.holder = undefined;
        file.mtimeMs = this.timeMs;
        return 'true';
    }
    rename(source, destination) {
        const from = namesOf(source);
        let to = namesOf(destination);
        if (this.obstructed(from) || this.obstructed(to))
            return REFUSED;
        const moved = this.find(from);
        if (this.find(to)?.children !== undefined)
            to = [...to, from.at(-1)];
        if (moved === undefined)
            return 'false';
        if (from.join('/') === to.join('/'))
            return 'true';
        if (`${to.join('/')}/`.startsWith(`${from.join('/')}/`))
            return 'false';
        const parent = this.find(to.slice(0, -1));
        if (parent?.children === undefined || parent.children.has(to.at(-1)))
            return 'false';
        this.find(from.slice(0, -1)).children.delete(from.at(-1));
        parent.children.set(to.at(-1), moved);
        return 'true';
    }
    remove(path) {
        const names = namesOf(path);
        if (this.obstructed(names))
            return REFUSED;
        const parent = this.find(names.slice(0, -1));
        return parent?.children?.delete(names.at(-1)) === true ? 'true' : 'false';
    }
    change(path, how) {
        const node = this.find(namesOf(path));
        if (node === undefined)
            return REFUSED;
        how(node);
        return 'true';
    }
    /** True when something above the last name is a file. */
    obstructed(names) {
        let at = this.root;
        for (const name of names.slice(0, -1)) {
            at = at.children.get(name);
            if (at === undefined)
                return false;
            if (at.children === undefined)
                return true;
        }
        return false;
    }
    find(names) {
        let at = this.root;
        for (const name of names)
            at = at?.children?.get(name);
        return at;
    }
}
/** How reads are compared, the model's and the namenode's. */
export function statusText(isDirectory, id, mode, mtimeMs, open) {
    return isDirectory ? `directory ${id} ${mode}` : `file ${id} ${mode} ${mtimeMs}${open ? ' open' : ''}`;
}
function directory(id, mode) {
    return { id, mode, mtimeMs: 0, holder: undefined, children: new Map() };
}
function namesOf(path) {
    return path.split('/').filter((name) => name !== '');
}
//# sourceMappingURL=model.js.map