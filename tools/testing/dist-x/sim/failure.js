/** Something that must never happen has happened: a bug of the product, or one that was planted. */
export class Violation extends Error {
    name = 'Violation';
    /** The check that found it. */
    check;
    constructor(check, what) {
        super(`${check}: ${what}`);
        this.check = check;
    }
}
/** Throws {@link Violation} unless `holds`. */
export function must(holds, check, what) {
    if (!holds)
        throw new Violation(check, what());
}
//# sourceMappingURL=failure.js.map