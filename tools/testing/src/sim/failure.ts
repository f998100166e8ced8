/** Something that must never happen has happened: a bug of the product, or one that was planted. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** The check that found it. */
  readonly check: string;

  constructor(check: string, what: string) {
    super(`${check}: ${what}`);
    this.check = check;
  }
}

/** Throws {@link Violation} unless `holds`. */
export function must(holds: boolean, check: string, what: () => string): asserts holds {
  if (!holds) throw new Violation(check, what());
}
