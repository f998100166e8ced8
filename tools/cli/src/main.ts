import process from 'node:process';
import { COMMANDS } from './commands/index.js';
import { overview } from './help.js';
import type { CommandContext } from './terminal/index.js';

const context: CommandContext = {
  terminal: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
  },
  environment: process.env,
  workingFolder: process.cwd(),
};

process.exitCode = await dispatch(process.argv.slice(2));

/** Finds the command and loads nothing but it: a daemon's start must not pay for the others. */
async function dispatch(words: readonly string[]): Promise<number> {
  const [name, ...args] = words;
  const { terminal } = context;
  if (name === undefined || ['help', '--help', '-h', '-help'].includes(name)) {
    terminal.out(overview());
    return 0;
  }
  const entry = COMMANDS[['--version', '-v'].includes(name) ? 'version' : name];
  if (entry === undefined) {
    terminal.err(`rfs: there is no command "${name}".\n${overview()}`);
    return 2;
  }
  const command = await entry.load();
  return command.run(args, context);
}
