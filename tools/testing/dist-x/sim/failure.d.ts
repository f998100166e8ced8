/** Something that must never happen has happened: a bug of the product, or one that was planted. */
export declare class Violation extends Error {
    readonly name = "Violation";
    /** The check that found it. */
    readonly check: string;
    constructor(check: string, what: string);
}
/** Throws {@link Violation} unless `holds`. */
export declare function must(holds: boolean, check: string, what: () => string): asserts holds;
//# sourceMappingURL=failure.d.ts.map