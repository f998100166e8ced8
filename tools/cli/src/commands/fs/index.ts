import { stderr, stdin, stdout } from 'node:process';
import { systemClock } from '@rfs/base/system';
import type { Command, CommandContext } from '../../terminal/index.js';
import { OutputClosed, UsageError } from './command/errors.js';
import { Output } from './command/output.js';
import type { Shell } from './command/shell.js';
import { commands, JSON_COMMANDS } from './commands/index.js';
import { Environment } from './environment.js';
import { takeGeneric } from './generic.js';
import { printOverview, printUsage, runHelp } from './help.js';

/** What java.lang.System.exit(-1) looks like to the shell that started us. */
const FAILED = 255;

/** `rfs fs`: HDFS's shell. */
export const fs: Command = {
  async run(args, context) {
    const out = new Output(stdout);
    const err = new Output(stderr);
    try {
      return await run(args, context, out, err);
    } finally {
      await settle(out);
      await settle(err);
    }
  },
};

async function run(args: readonly string[], context: CommandContext, out: Output, err: Output): Promise<number> {
  let typed = '';
  let name = '';
  let environment: Environment | undefined;
  try {
    const generic = takeGeneric(args);
    typed = generic.rest[0] ?? '';
    name = typed.replace(/^-/, '');
    const words = generic.rest.slice(1);
    if (typed === '' || typed === '--help' || typed === '-h') {
      printOverview(typed === '' ? err : out);
      return typed === '' ? FAILED : 0;
    }
    if (name === 'help' || name === 'usage') {
      runHelp(out, words, name === 'help');
      return 0;
    }
    const entry = commands.get(name);
    if (entry === undefined) throw new UsageError('Unknown command');
    if (entry.info.replacedBy !== undefined) {
      err.line(`${name}: DEPRECATED: Please use '${entry.info.replacedBy}' instead.`);
    }
    environment = new Environment(generic, context);
    const shell: Shell = {
      out,
      err,
      stdin,
      systems: environment.systems,
      settings: environment.settings,
      clock: systemClock,
      json: generic.json || takeJson(name, words),
    };
    return await new entry.make(shell, name).run(words);
  } catch (error) {
    return explain(error, typed, name, err);
  } finally {
    environment?.close();
  }
}

/** `--json` may stand among a command's options, too. */
function takeJson(name: string, words: string[]): boolean {
  const end = words.indexOf('--');
  const at = words.indexOf('--json');
  if (!JSON_COMMANDS.has(name) || at < 0 || (end >= 0 && end < at)) return false;
  words.splice(at, 1);
  return true;
}

function explain(error: unknown, typed: string, name: string, err: Output): number {
  if (error instanceof OutputClosed) return 0;
  if (error instanceof UsageError) {
    for (const line of error.message.split('\n')) err.line(`${typed}: ${line}`);
    if (commands.has(name)) printUsage(err, name);
    else printOverview(err);
    return FAILED;
  }
  err.line(`${typed}: Fatal internal error`);
  err.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return FAILED;
}

/** Writes what is left. That the reader has gone is no news any more. */
async function settle(output: Output): Promise<void> {
  try {
    await output.flush();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
