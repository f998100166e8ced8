import { lineOf, type SourceFile } from '../source/index.js';

/** One offence: which rule, who, what it did, and what to do instead. */
export interface Finding {
  readonly rule: string;
  /** `path:line`. */
  readonly where: string;
  readonly what: string;
  readonly instead: string;
}

/** The whole tree as a rule sees it. */
export interface Project {
  readonly files: readonly SourceFile[];
  /** Workspace folders by package name. */
  readonly packages: ReadonlyMap<string, string>;
}

export function finding(rule: string, file: SourceFile, offset: number, what: string, instead: string): Finding {
  return { rule, where: `${file.path}:${lineOf(file, offset)}`, what, instead };
}

/** One line for people. */
export function describe({ rule, where, what, instead }: Finding): string {
  return `${rule}: ${where} ${what}; ${instead}`;
}
