import { takeGeneric } from '../../hadoop/index.js';
import { refuse, UsageError } from '../../options/index.js';
import type { Command, Terminal } from '../../terminal/index.js';
import { isExpected } from '../fs/command/errors.js';
import { commandNamed, helpText } from './commands.js';
import { Admin } from './connection.js';
import { EXIT_REFUSED, type Subcommand, usageOf, WrongWords } from './subcommand.js';

/** `rfs dfsadmin`: HDFS's options with one dash, its words, its output and its exit codes. */
export const dfsadmin: Command = {
  async run(args, context) {
    const { terminal } = context;
    let admin: Admin | undefined;
    let name = '';
    let command: Subcommand | undefined;
    try {
      const generic = takeGeneric(args);
      name = generic.rest[0] ?? '-help';
      const words = generic.rest.slice(1).filter((word) => word !== '--json');
      if (['-help', '--help', '-h'].includes(name)) {
        terminal.out(helpText(words[0]));
        return 0;
      }
      command = commandNamed(name);
      if (command === undefined) {
        terminal.err(`${name.replace(/^-/, '')}: Unknown command\n${helpText()}`);
        return EXIT_REFUSED;
      }
      const [fewest, most] = command.words;
      if (words.length < fewest || words.length > most) throw new WrongWords();
      admin = new Admin(generic, context);
      return await command.run(words, admin, terminal, generic.json || args.includes('--json'));
    } catch (error) {
      return explain(name, command, error, terminal);
    } finally {
      admin?.close();
    }
  },
};

/** Tells what went wrong in the way of `DFSAdmin.run`: the first line of a refusal, and the usage after wrong words. */
function explain(name: string, command: Subcommand | undefined, error: unknown, terminal: Terminal): number {
  if (command !== undefined && (error instanceof WrongWords || error instanceof UsageError)) {
    const problem = error instanceof UsageError ? `${name.slice(1)}: ${error.message}\n` : '';
    terminal.err(`${problem}${usageOf(command)}`);
    return EXIT_REFUSED;
  }
  if (!isExpected(error)) return refuse('dfsadmin', error, terminal);
  terminal.err(`${name.slice(1)}: ${error.message.split('\n')[0]}\n`);
  return EXIT_REFUSED;
}
