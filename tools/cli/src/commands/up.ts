import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '@rfs/base/system';
import yargs from 'yargs';
import { Cluster, type ClusterDescription, removeFolder } from '../cluster/index.js';
import { parseOptions, propertiesOf, refuse, UsageError } from '../options/index.js';
import type { Command, CommandContext } from '../terminal/index.js';

interface UpOptions {
  readonly dir?: string | undefined;
  readonly namenodes: string;
  readonly datanodes: number;
  readonly hosts: boolean;
  readonly port?: number | undefined;
  readonly httpPort?: number | undefined;
  readonly restart: boolean;
  readonly json: boolean;
  readonly properties: Readonly<Record<string, string>>;
  /** A command to run on the cluster, which ends with it. */
  readonly program: readonly string[];
}

/** The words of --namenodes. */
const NAMENODES = {
  '1': { namenodes: 1, journals: 0 },
  '3': { namenodes: 3, journals: 0 },
  '2+1': { namenodes: 2, journals: 1 },
};

const USAGE = `$0 [options] [-- command...]

Runs a whole cluster on this machine until Ctrl-C, or until the command ends.`;

/** `rfs up`: a whole cluster of child processes on loopback. */
export const up: Command = {
  async run(args, context) {
    const options = await parse(args, context);
    if (typeof options === 'number') return options;
    return runCluster(options, context);
  },
};

async function parse(args: readonly string[], { terminal }: CommandContext): Promise<UpOptions | number> {
  const parser = yargs([])
    .usage(USAGE)
    .option('dir', { type: 'string', describe: 'Folder of the data; by default a scratch folder, removed at the end' })
    .option('namenodes', {
      type: 'string',
      default: '1',
      choices: Object.keys(NAMENODES),
      describe: 'How many namenodes; 2+1: two and a journal node',
    })
    .option('datanodes', { type: 'number', default: 1, describe: 'How many datanodes' })
    .option('hosts', { type: 'boolean', default: false, describe: 'Give each datanode a loopback address of its own' })
    .option('port', { type: 'number', describe: "The namenode's RPC port; by default a free one" })
    .option('http-port', { type: 'number', describe: "The namenode's web port; by default a free one" })
    .option('restart', { type: 'boolean', default: true, describe: 'Start a daemon that died again after a second' })
    .option('json', { type: 'boolean', default: false, describe: 'Print one line of JSON when ready' })
    .option('D', { type: 'string', array: true, nargs: 1, describe: 'A setting for every daemon: -D name=value' })
    .parserConfiguration({ 'populate--': true });
  const found = await parseOptions('rfs up', parser, args, terminal);
  if (typeof found === 'number') return found;
  try {
    if (!Number.isInteger(found.datanodes) || found.datanodes < 0) throw new UsageError('--datanodes must be a count');
    const program = ((found as Record<string, unknown>)['--'] as string[] | undefined) ?? [];
    return { ...found, properties: propertiesOf(found.D ?? []), program };
  } catch (error) {
    return refuse('rfs up', error, terminal);
  }
}

async function runCluster(options: UpOptions, context: CommandContext): Promise<number> {
  const { terminal, environment } = context;
  const stopAsked = stopSignal();
  const startedMs = systemClock.monotonicMs();
  const folder = chooseFolder(options, context);
  const cluster = await Cluster.prepare(
    {
      folder,
      namenodes: NAMENODES[options.namenodes as keyof typeof NAMENODES],
      datanodes: options.datanodes,
      ownHosts: options.hosts,
      properties: options.properties,
    },
    {
      ...(options.port === undefined ? {} : { rpc: options.port }),
      ...(options.httpPort === undefined ? {} : { http: options.httpPort }),
    },
    options.restart,
    {
      clock: systemClock,
      random: systemRandom(),
      environment,
      died: (id, how) => terminal.err(`${id} ${how}\n`),
    },
  );
  try {
    const ready = await Promise.race([cluster.start().then(() => true), stopAsked.then(() => false)]);
    if (!ready) return 0;
    const description = cluster.describe();
    if (options.json) terminal.out(`${JSON.stringify(description)}\n`);
    else if (options.program.length === 0) terminal.out(welcome(description, systemClock.monotonicMs() - startedMs));
    if (options.program.length > 0) return await runProgram(options.program, description, context, stopAsked);
    await stopAsked;
    return 0;
  } catch (error) {
    terminal.err(`rfs up: ${(error as Error).message}\n`);
    return 1;
  } finally {
    await cluster.stop();
    if (options.dir === undefined) removeFolder(folder);
    if (process.connected) process.disconnect();
  }
}

function chooseFolder(options: UpOptions, context: CommandContext): string {
  if (options.dir === undefined) return mkdtempSync(join(tmpdir(), 'rfs-'));
  const folder = resolve(context.workingFolder, options.dir);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Fulfilled by the first SIGINT or SIGTERM, or by the end of a parent that holds a channel to us; later ones change
 * nothing, the cluster is already on its way out.
 */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
    process.on('disconnect', resolve);
  });
}

/** Runs a command that finds the cluster by HADOOP_CONF_DIR and rfs in its PATH; the result is its exit code. */
function runProgram(
  words: readonly string[],
  description: ClusterDescription,
  { environment, workingFolder, terminal }: CommandContext,
  stopAsked: Promise<void>,
): Promise<number> {
  const programs = [
    join(workingFolder, 'node_modules', '.bin'),
    dirname(fileURLToPath(import.meta.resolve('../../bin/rfs.js'))),
  ];
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: 'inherit',
    env: {
      ...environment,
      HADOOP_CONF_DIR: description.conf,
      PATH: [...programs, environment.PATH ?? ''].join(delimiter),
    },
  });
  void stopAsked.then(() => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      terminal.err(`rfs up: ${words[0]}: ${error.message}\n`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

function welcome({ hdfs, webhdfs, conf, namenodes, datanodes }: ClusterDescription, tookMs: number): string {
  return `rfs is up after ${(tookMs / 1000).toFixed(1)} s: ${counted(namenodes.length, 'namenode')}, ${counted(datanodes.length, 'datanode')}

  file system    ${hdfs}
  web            ${webhdfs}
  configuration  ${conf}

Try, in another terminal:

  export HADOOP_CONF_DIR=${conf}
  npx rfs fs -put README.md /
  npx rfs fs -ls /
  npx rfs dfsadmin -report

Ctrl-C ends it.
`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
