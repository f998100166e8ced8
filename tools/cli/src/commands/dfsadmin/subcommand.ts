import type { Terminal } from '../../terminal/index.js';
import type { Admin } from './connection.js';

/** One command of `rfs dfsadmin`. */
export interface Subcommand {
  /** Its words, as HDFS's summary shows them. */
  readonly usage: string;
  /** What `-help` says. */
  readonly help: string;
  /** How many words may follow its name; anything else is answered with its usage. */
  readonly words: readonly [fewest: number, most: number];
  /** The exit code. Throws UsageError for wrong words, FailureError for what the cluster refuses. */
  run(words: readonly string[], admin: Admin, terminal: Terminal, json: boolean): Promise<number>;
}

/** Words that cannot be meant: HDFS then shows the command's usage and nothing else. */
export class WrongWords extends Error {
  override readonly name = 'WrongWords';
}

/** What Hadoop's tools end with when they are refused or misused: -1. */
export const EXIT_REFUSED = 255;

/** Prints a result: as JSON for programs, as HDFS's text for people. */
export function show(terminal: Terminal, json: boolean, facts: object, text: string): 0 {
  terminal.out(json ? `${JSON.stringify(facts)}\n` : text);
  return 0;
}

/** What a user who was wrong about a command's words is told. */
export function usageOf({ usage }: Pick<Subcommand, 'usage'>): string {
  return `Usage: rfs dfsadmin [${usage}]\n`;
}
