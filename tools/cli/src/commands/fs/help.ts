import type { CommandInfo } from './command/command.js';
import { UsageError } from './command/errors.js';
import type { Output } from './command/output.js';
import { commands } from './commands/index.js';

const PREFIX = 'Usage: rfs fs [generic options]';

const HELP_COMMANDS: readonly CommandInfo[] = [
  { name: 'help', usage: '[cmd ...]', help: 'Says what commands do.' },
  { name: 'usage', usage: '[cmd ...]', help: 'Shows the arguments of commands.' },
];

const GENERIC = [
  'Generic options, before the command:',
  '  -fs, --fs <hdfs://namenode:port>  the file system that paths without scheme mean',
  '  --conf <folder>                   where core-site.xml and hdfs-site.xml are (HADOOP_CONF_DIR)',
  '  -conf <file>                      one more configuration file',
  '  -D <property=value>               sets one property',
  '  --json                            answers of ls, stat, du, count and df as JSON',
];

function infos(): CommandInfo[] {
  const all = [...[...commands.values()].map(({ info }) => info), ...HELP_COMMANDS];
  return all.filter((info) => info.replacedBy === undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function infoOf(name: string): CommandInfo {
  const bare = name.replace(/^-/, '');
  const info = commands.get(bare)?.info ?? HELP_COMMANDS.find((candidate) => candidate.name === bare);
  if (info === undefined) throw new UsageError(`\`${bare}': Unknown command`);
  return info;
}

/** `-ls [-C] ... [<path> ...]` */
function short(info: CommandInfo): string {
  return info.usage === '' ? `-${info.name}` : `-${info.name} ${info.usage}`;
}

/** The list of all commands. */
export function printOverview(out: Output, withHelp = false): void {
  out.line(PREFIX);
  for (const info of infos()) out.line(`\t[${short(info)}]`);
  if (withHelp) {
    for (const info of infos()) {
      out.line('');
      printHelp(out, info);
    }
  }
  out.line('');
  for (const line of GENERIC) out.line(line);
  out.line('');
}

/** The arguments of one command. */
export function printUsage(out: Output, name: string): void {
  out.line(`${PREFIX} ${short(infoOf(name))}`);
}

function printHelp(out: Output, info: CommandInfo): void {
  out.line(`${short(info)} :`);
  const text = info.replacedBy === undefined ? info.help : `(DEPRECATED) Same as '${info.replacedBy}'`;
  for (const line of text.split('\n')) out.line(`  ${line}`);
}

/** `-help [cmd ...]` and `-usage [cmd ...]`. */
export function runHelp(out: Output, names: readonly string[], withHelp: boolean): void {
  if (names.length === 0) printOverview(out, withHelp);
  for (const name of names) {
    if (withHelp) printHelp(out, infoOf(name));
    else printUsage(out, name);
  }
}
