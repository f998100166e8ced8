import { ConfigError } from '@rfs/base/config';
import type { Argv } from 'yargs';
import type { Terminal } from '../terminal/index.js';

/** Wrong words on the command line: told to the user without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit code for wrong words, as shells and getopt use it. */
const EXIT_USAGE = 2;

/**
 * Parses a command's words with a prepared parser. The result is an exit code when there is nothing to do: help was
 * asked for and printed, or a word is wrong and the user has been told.
 */
export async function parseOptions<T>(
  name: string,
  parser: Argv<T>,
  args: readonly string[],
  terminal: Terminal,
): Promise<T | number> {
  let refused: string | undefined;
  let help = '';
  const strict = parser
    .scriptName(name)
    .version(false)
    .strictOptions()
    .exitProcess(false)
    .fail((message, error) => {
      refused = message ?? error.message;
    });
  const found = await strict.parseAsync(args, {}, (_error, _argv, output) => {
    help = output;
  });
  if (refused !== undefined) return refuse(name, new UsageError(refused), terminal);
  if (help === '') return found as T;
  terminal.out(`${help}\n`);
  return 0;
}

/** Tells the user what is wrong with words or configuration; any other error is passed on. */
export function refuse(name: string, error: unknown, terminal: Terminal): number {
  if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
  terminal.err(`${name}: ${error.message}\n`);
  return EXIT_USAGE;
}

/** Settings from `name=value` words. Throws UsageError. */
export function propertiesOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw new UsageError(`-D ${word}: name=value is expected`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
