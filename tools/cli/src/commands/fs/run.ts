import type { Writable } from 'node:stream';
import { ConfigError } from '@rfs/base/config';
import type { Clock, Random } from '@rfs/base/seams';
import { takeGeneric } from '../../hadoop/index.js';
import type { CommandContext } from '../../terminal/index.js';
import { OutputClosed, UsageError } from './command/errors.js';
import { Output } from './command/output.js';
import type { Shell } from './command/shell.js';
import { commands, JSON_COMMANDS } from './commands/index.js';
import { Environment } from './environment.js';
import { printOverview, printUsage, runHelp } from './help.js';

/** What java.lang.System.exit(-1) looks like to the shell that started us. */
const FAILED = 255;

/** What a program ended by SIGINT is said to return. */
const INTERRUPTED = 130;

/** What a run of the shell has to do with besides its words. */
export interface ShellHost extends Pick<CommandContext, 'environment' | 'workingFolder'> {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly clock: Clock;
  readonly random: Random;
  /** Fulfilled when the user wants it to end (Ctrl-C). */
  readonly interrupted: Promise<void>;
}

/** Runs one command of the shell with the words behind `rfs fs`; the exit code. */
export async function runShell(args: readonly string[], host: ShellHost): Promise<number> {
  const out = new Output(host.stdout);
  const err = new Output(host.stderr);
  try {
    return await run(args, host, out, err);
  } finally {
    await settle(out);
    await settle(err);
  }
}

async function run(args: readonly string[], host: ShellHost, out: Output, err: Output): Promise<number> {
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
    environment = new Environment(generic, host);
    const shell: Shell = {
      out,
      err,
      stdin: host.stdin,
      systems: environment.systems,
      settings: environment.settings,
      clock: host.clock,
      json: generic.json || takeJson(name, words),
      unfinished: new Set(),
    };
    const running = new entry.make(shell, name).run(words);
    return await Promise.race([running, host.interrupted.then(() => discard(shell, running))]);
  } catch (error) {
    return explain(error, typed, name, err);
  } finally {
    environment?.close();
  }
}

/** Takes away what was half written when the user lost patience. */
async function discard(shell: Shell, running: Promise<number>): Promise<number> {
  // The command fails now that its files go; nobody wants to read about that.
  running.catch(() => undefined);
  for (const { files, path } of shell.unfinished) await files.remove(path, false);
  return INTERRUPTED;
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
  if (error instanceof ConfigError) {
    err.line(`${typed}: ${error.message}`);
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
