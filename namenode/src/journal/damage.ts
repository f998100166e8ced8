/**
 * A journal that cannot be trusted: bytes that were durable are broken, or its files do not fit together. The node
 * must not start from it; a member of a quorum rejoins as a learner under a new id.
 */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
  readonly path: string;
  readonly offset: number;

  constructor(path: string, offset: number, what: string) {
    super(`journal ${path} is damaged at byte ${offset}: ${what}`);
    this.path = path;
    this.offset = offset;
  }
}
