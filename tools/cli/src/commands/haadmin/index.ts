import { FailureError } from '@rfs/base/failure';
import { takeGeneric } from '../../hadoop/index.js';
import { refuse } from '../../options/index.js';
import type { Command, Terminal } from '../../terminal/index.js';
import { COMMANDS, type Subcommand } from './commands.js';
import { GroupAdmin } from './connection.js';

/** What Hadoop's tools end with when they are refused or misused: -1. */
const EXIT_REFUSED = 255;

/** `rfs haadmin`: HDFS's commands with one dash, its words, its output and its exit codes; and rfs's own for the group. */
export const haadmin: Command = {
  async run(args, context) {
    const { terminal } = context;
    let admin: GroupAdmin | undefined;
    let name = '';
    try {
      const generic = takeGeneric(args);
      const rest = generic.rest.filter((word) => word !== '--json');
      const json = generic.json || rest.length < generic.rest.length;
      const nameservice = rest[0] === '-ns' ? rest.splice(0, 2)[1] : undefined;
      name = rest[0] ?? '';
      if (['-help', '--help', '-h'].includes(name)) return help(rest[1], terminal);
      const command = COMMANDS[name];
      if (command === undefined) return unknown(name, terminal);
      const words = wordsOf(command, rest.slice(1));
      if (words === undefined) {
        terminal.err(`${name.slice(1)}: incorrect number of arguments\n${usageOf(name, command)}`);
        return EXIT_REFUSED;
      }
      admin = new GroupAdmin(generic, context, nameservice);
      return await command.run(words, admin, terminal, json);
    } catch (error) {
      if (!(error instanceof FailureError)) return refuse('haadmin', error, terminal);
      terminal.err(`${problemOf(name, error)}: ${error.failure.message.split('\n')[0]}\n`);
      return EXIT_REFUSED;
    } finally {
      admin?.close();
    }
  },
};

/** How HAAdmin.run begins the line about a refusal. */
function problemOf(name: string, { failure }: FailureError): string {
  if (failure.code === 'IllegalArgumentException') return 'Illegal argument';
  if (failure.code === 'HealthCheckFailedException') return 'Health check failed';
  return name === '-failover' ? 'Failover failed' : 'Operation failed';
}

/** The words that are no options of the command; undefined when they are too few or too many. */
function wordsOf(command: Subcommand, given: readonly string[]): readonly string[] | undefined {
  const options = command.options ?? [];
  const words = given.filter((word) => !options.includes(word.replace(/^--?/, '')));
  const [fewest, most] = command.words;
  return words.length < fewest || words.length > most ? undefined : words;
}

function unknown(name: string, terminal: Terminal): number {
  if (name !== '') {
    const isCommand = name.startsWith('-');
    terminal.err(
      isCommand ? `${name.slice(1)}: Unknown command\n` : `Bad command '${name}': expected command starting with '-'\n`,
    );
  }
  const lines = Object.entries(COMMANDS).map(([each, { usage }]) => `    [${`${each} ${usage}`.trimEnd()}]`);
  terminal.err(`Usage: haadmin [-ns <nameserviceId>]\n${lines.join('\n')}\n    [-help <command>]\n`);
  return EXIT_REFUSED;
}

function help(name: string | undefined, terminal: Terminal): number {
  const wanted = name === undefined ? Object.keys(COMMANDS) : [name.startsWith('-') ? name : `-${name}`];
  for (const each of wanted) {
    const command = COMMANDS[each];
    if (command === undefined) {
      terminal.err(`${each}: Unknown command\n`);
      return EXIT_REFUSED;
    }
    const words = command.usage === '' ? each : `${each} [${command.usage}]`;
    terminal.out(`${words}: ${command.help}\n`);
  }
  return 0;
}

function usageOf(name: string, { usage }: Subcommand): string {
  return `Usage: haadmin [-ns <nameserviceId>] [${`${name} ${usage}`.trimEnd()}]\n`;
}
