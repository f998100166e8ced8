import { FailureError } from '@rfs/base/failure';
import type { NamenodeGroup } from '@rfs/client/namenodes';
import { takeGeneric } from '../../hadoop/index.js';
import { refuse, UsageError } from '../../options/index.js';
import type { Command, CommandContext, Terminal } from '../../terminal/index.js';
import { connect } from './connection.js';
import { report } from './report.js';
import { safemode } from './safemode.js';

type Subcommand = (
  words: readonly string[],
  namenodes: NamenodeGroup,
  terminal: Terminal,
  json: boolean,
) => Promise<number>;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = { '-report': report, '-safemode': safemode };

/** What HDFS's command ends with when the namenode refuses. */
const EXIT_REFUSED = 255;

const HELP = `Usage: rfs dfsadmin [-fs hdfs://host:port] [--conf folder] [-D name=value] [--json] COMMAND

  -report [-live] [-dead] [-decommissioning] [-enteringmaintenance] [-inmaintenance] [-slownodes]
        Prints what the file system has and the state of its datanodes.
  -safemode enter | leave | get | wait | forceExit
        Switches safe mode on or off, tells which it is, or waits until it is over.
`;

/** `rfs dfsadmin`: HDFS's options with one dash, its words and its output. */
export const dfsadmin: Command = {
  async run(args, context) {
    const { terminal } = context;
    let name = 'dfsadmin';
    let namenodes: NamenodeGroup | undefined;
    try {
      const generic = takeGeneric(args);
      name = generic.rest[0] ?? '-help';
      if (['-help', '--help', '-h'].includes(name)) {
        terminal.out(HELP);
        return 0;
      }
      const words = generic.rest.slice(1).filter((word) => word !== '--json');
      const json = generic.json || args.includes('--json');
      const subcommand = SUBCOMMANDS[name];
      if (subcommand === undefined) throw new UsageError(`${name}: Unknown command\n${HELP}`);
      namenodes = connect(generic, context);
      return await subcommand(words, namenodes, terminal, json);
    } catch (error) {
      return explain(name, error, context);
    } finally {
      namenodes?.close();
    }
  },
};

function explain(name: string, error: unknown, { terminal }: CommandContext): number {
  if (!(error instanceof FailureError)) return refuse('dfsadmin', error, terminal);
  terminal.err(`${name.slice(1)}: ${error.message.split('\n')[0]}\n`);
  return EXIT_REFUSED;
}
