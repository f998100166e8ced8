/** Chains of changes under way at the same time. */
const LANES = 32;
/**
 * Changes a namespace as fast as it goes and remembers what was acknowledged, so that after any crash every
 * acknowledged change can be looked for. Each chain has paths of its own; a chain whose last change has an unknown end
 * says nothing about the paths of that change.
 */
export class AcknowledgedLoad {
    caller;
    root;
    expected = new Map();
    next = 0;
    stopping = false;
    constructor(caller, root) {
        this.caller = caller;
        this.root = root;
    }
    /** Paths whose state is known. */
    get acknowledged() {
        return this.expected.size;
    }
    /** Works until a call's end is unknown in every lane, or until `stop`. */
    async run() {
        this.stopping = false;
        await Promise.all(Array.from({ length: LANES }, () => this.lane()));
    }
    stop() {
        this.stopping = true;
    }
    /** Looks for everything acknowledged so far; the paths that are not as they must be. */
    async missing() {
        const wrong = [];
        const entries = [...this.expected];
        for (let from = 0; from < entries.length; from += LANES) {
            const part = entries.slice(from, from + LANES);
            const found = await Promise.all(part.map(([path]) => this.caller.exists(path)));
            part.forEach(([path, wanted], index) => {
                if (found[index] !== wanted)
                    wrong.push(`${path}: ${wanted ? 'lost' : 'came back'} (${found[index]})`);
            });
        }
        return wrong;
    }
    async lane() {
        while (!this.stopping && (await this.chain(this.next++)))
            ;
    }
    /** One chain of changes; false when the end of one is unknown. */
    async chain(number) {
        const path = `${this.root}/${number % 16}/${number}`;
        const moved = `${path}-moved`;
        if (!(await this.step([[path, true]], () => this.create(path, number))))
            return false;
        if (number % 4 === 2) {
            const after = [
                [path, false],
                [moved, true],
            ];
            return this.step(after, () => this.caller.rename(path, moved));
        }
        if (number % 4 === 3)
            return this.step([[path, false]], () => this.caller.remove(path));
        return true;
    }
    create(path, number) {
        return number % 2 === 0 ? this.caller.mkdirs(path) : this.caller.makeFile(path);
    }
    async step(after, change) {
        for (const [path] of after)
            this.expected.delete(path);
        if ((await change()) === 'unknown')
            return false;
        for (const [path, exists] of after)
            this.expected.set(path, exists);
        return true;
    }
}
//# sourceMappingURL=acknowledged-load.js.map