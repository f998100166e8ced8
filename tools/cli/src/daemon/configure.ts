import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import {
  type Config,
  type ConfigRule,
  type ConfigSources,
  loadConfig,
  namenodeOptions,
  type Option,
  type OptionTable,
  readConfigFolder,
} from '@rfs/base/config';
import yargs, { type Options } from 'yargs';
import { parseOptions, propertiesOf, refuse } from '../options/index.js';
import type { CommandContext } from '../terminal/index.js';

/** What a daemon's command line came to. */
export interface Configured {
  readonly config: Config;
  /** Loads it again from the same sources, as they are by then. Throws ConfigError. */
  readonly reread: () => Config;
  /** Names of the switches that are on. */
  readonly switches: ReadonlySet<string>;
}

/** A daemon's command line: the table of settings gives flags, variables and help. */
export interface DaemonCommand {
  readonly name: string;
  readonly table: OptionTable;
  readonly rules: readonly ConfigRule[];
  /** Whose scoped settings hold, going by the others. */
  readonly scope?: (config: Config) => ConfigSources['scope'];
  /** Flags of the command itself, with their help. */
  readonly switches: Readonly<Record<string, string>>;
}

/** Whose scoped settings hold is known by this name. */
const NODE_ID = namenodeOptions.namenodeId.key;

const USAGE = `$0 [options]

Runs one daemon in the foreground until SIGTERM. Settings come from flags, -D, environment variables, and the
core-site.xml and hdfs-site.xml of the configuration folder, the first that has one.`;

/**
 * Reads flags, environment and the XML files of `--conf` or HADOOP_CONF_DIR. The result is an exit code when there is
 * nothing to start: help was asked for, or something is wrong and the user has been told.
 */
export async function configure(
  { name, table, rules, switches, scope }: DaemonCommand,
  args: readonly string[],
  { terminal, environment, workingFolder }: CommandContext,
): Promise<Configured | number> {
  const title = `rfs ${name}`;
  const flagged = Object.values(table).filter(hasFlag);
  const parser = yargs([])
    .usage(USAGE)
    .option('conf', { type: 'string', describe: 'The configuration folder; by default HADOOP_CONF_DIR' })
    .option('D', { type: 'string', array: true, nargs: 1, describe: 'Any setting: -D name=value' })
    .options(each(flagged, ({ flag, help, key }) => [flag, { type: 'string', describe: `${help} (${key})` }]))
    .options(each(Object.entries(switches), ([flag, describe]) => [flag, { type: 'boolean', describe }]))
    .parserConfiguration({ 'camel-case-expansion': false, 'dot-notation': false });
  const found = await parseOptions(title, parser, args, terminal);
  if (typeof found === 'number') return found;
  const values = found as Record<string, unknown>;
  const { conf, D: settings } = values as { conf?: string; D?: string[] };
  try {
    const folder = conf ?? environment.HADOOP_CONF_DIR;
    const { username, homedir } = userInfo();
    const load = (own: ConfigSources['scope']): Config =>
      loadConfig(
        table,
        {
          flags: Object.fromEntries(flagged.map(({ flag }) => [flag, values[flag] as string | undefined])),
          properties: { ...(own?.node === undefined ? {} : { [NODE_ID]: own.node }), ...propertiesOf(settings ?? []) },
          environment,
          xml: folder === undefined ? [] : readConfigFolder(resolve(workingFolder, folder)),
          system: { 'user.name': username, 'user.home': homedir },
          ...(own === undefined ? {} : { scope: own }),
        },
        rules,
      );
    const reread = (): Config => {
      const unscoped = load(undefined);
      const own = scope?.(unscoped);
      return own === undefined ? unscoped : load(own);
    };
    const config = reread();
    return { config, reread, switches: new Set(Object.keys(switches).filter((flag) => values[flag] === true)) };
  } catch (error) {
    return refuse(title, error, terminal);
  }
}

function each<T>(entries: readonly T[], option: (entry: T) => [string, Options]): Record<string, Options> {
  return Object.fromEntries(entries.map(option));
}

function hasFlag(option: Option<unknown>): option is Option<unknown> & { readonly flag: string } {
  return option.flag !== undefined;
}
