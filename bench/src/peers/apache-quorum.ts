import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { HARequestSource } from '@rfs/protocol/messages';
import { protocols } from '@rfs/protocol/rpc';
import { LoadConnection } from '../load/index.js';
import { COMPAT, classPath } from './apache.js';
import { freePort, runProgram, waitForPort } from './processes.js';
import type { Daemon, Quorum } from './quorum.js';

const NAMENODE = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
const JOURNAL_NODE = 'org.apache.hadoop.hdfs.qjournal.server.JournalNode';
const JOURNAL_NODES = 3;
/** FSNamesystem refuses shared edits without high availability, which takes two namenodes; the second is never started. */
const ABSENT = 'nn2';

/**
 * Apache's active namenode, which writes its edits to its own folder and to three journal nodes, of which two must have
 * them (QuorumJournalManager). Without ../shared/compat undefined.
 */
export async function startApacheQuorum(folder: string): Promise<Quorum | undefined> {
  if (!existsSync(COMPAT)) return undefined;
  const address = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
  const journals = await Promise.all(Array.from({ length: JOURNAL_NODES }, address));
  const [rpc, http] = [await address(), await address()];
  const common = {
    'dfs.nameservices': 'bench',
    'dfs.ha.namenodes.bench': `nn1,${ABSENT}`,
    'dfs.namenode.rpc-address.bench.nn1': rpc,
    'dfs.namenode.http-address.bench.nn1': http,
    [`dfs.namenode.rpc-address.bench.${ABSENT}`]: await address(),
    [`dfs.namenode.http-address.bench.${ABSENT}`]: await address(),
    'dfs.ha.namenode.id': 'nn1',
    'dfs.namenode.shared.edits.dir': `qjournal://${journals.join(';')}/bench`,
    'dfs.namenode.name.dir': `file://${folder}/name`,
    'dfs.ha.standby.checkpoints': 'false',
    'dfs.ha.automatic-failover.enabled': 'false',
  };
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(kill));
  };
  try {
    const others: Daemon[] = [];
    for (const [i, journal] of journals.entries()) {
      const conf = configure(join(folder, `conf-journal${i}`), {
        ...common,
        'dfs.journalnode.edits.dir': join(folder, `journal${i}`),
        'dfs.journalnode.rpc-address': journal,
        'dfs.journalnode.http-address': await address(),
      });
      const child = java(await classPath(conf), JOURNAL_NODE, join(folder, `journal${i}.log`));
      children.push(child);
      others.push({ pid: child.pid as number, rpc: journal });
    }
    const conf = configure(join(folder, 'conf'), common);
    const classes = await classPath(conf);
    await Promise.all(journals.map((journal) => waitForPort(journal)));
    await runProgram('java', ['-cp', classes, NAMENODE, '-format', '-nonInteractive'], join(folder, 'format.log'));
    const namenode = java(classes, NAMENODE, join(folder, 'namenode.log'));
    children.push(namenode);
    await waitForPort(rpc);
    await activate(rpc);
    await activate(rpc);
    return { name: 'apache', active: { pid: namenode.pid as number, rpc }, others, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What `haadmin -transitionToActive` says. */
async function activate(rpc: string): Promise<void> {
  const operator = await LoadConnection.open(rpc, protocols.haService, userInfo().username);
  await operator.call('transitionToActive', { reqInfo: { reqSource: HARequestSource.REQUEST_BY_USER } });
  operator.close();
}

function configure(conf: string, properties: Readonly<Record<string, string>>): string {
  const xml = (all: Readonly<Record<string, string>>): string => {
    const lines = Object.entries(all).map(([n, v]) => `<property><name>${n}</name><value>${v}</value></property>`);
    return `<configuration>${lines.join('\n')}</configuration>\n`;
  };
  mkdirSync(conf, { recursive: true });
  writeFileSync(join(conf, 'core-site.xml'), xml({ 'fs.defaultFS': 'hdfs://bench' }));
  writeFileSync(join(conf, 'hdfs-site.xml'), xml(properties));
  return conf;
}

function java(classes: string, program: string, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  return spawn('java', ['-Xmx1g', '-cp', classes, program], { stdio: ['ignore', log, log] });
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
