/** One reason why a configuration cannot be used. */
export interface ConfigProblem {
  readonly key: string;
  readonly value: string;
  /** Where the value stands: a file, a flag, an environment variable, the defaults. */
  readonly source: string;
  /** What would be right. */
  readonly expected: string;
}

/** A configuration that stops the start; the message names every key, value and place that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems.map(({ key, value, source, expected }) => `${key} = "${value}" (${source}): ${expected}`).join('\n'),
    );
    this.problems = problems;
  }
}
