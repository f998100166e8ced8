import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHadoopXml } from '@rfs/base/config';
import type { Clock, Random } from '@rfs/base/seams';
import { Daemon, type DaemonWatcher } from './daemon.js';
import {
  type ClusterOptions,
  type ClusterPlan,
  type ClusterPorts,
  type DaemonPlan,
  datanodeHost,
  planCluster,
} from './plan.js';
import { PortFinder } from './ports.js';
import { waitUntilServing } from './ready.js';

/** Stopping the datanodes and then the namenode, together under the promised 2 s. */
const DATANODE_PATIENCE_MS = 800;
const NAMENODE_PATIENCE_MS = 900;
const PORTS_FILE = 'ports.json';
/** The description as it is now: process ids change when a daemon is started again. */
const DESCRIPTION_FILE = 'cluster.json';

/** What `rfs up --json` prints. */
export interface ClusterDescription {
  readonly hdfs: string;
  readonly webhdfs: string;
  readonly conf: string;
  readonly namenodes: readonly {
    readonly id: string;
    readonly pid: number;
    readonly rpc: string;
    readonly http: string;
    readonly state: 'active' | 'observer' | 'journal';
    readonly dir: string;
  }[];
  readonly datanodes: readonly {
    readonly id: string;
    readonly pid: number;
    readonly data: string;
    readonly http: string;
    readonly ipc: string;
    readonly dir: string;
  }[];
}

export interface ClusterSeams {
  readonly clock: Clock;
  readonly random: Random;
  /** Is told what a daemon died of, for the user. */
  readonly died: (id: string, how: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A whole cluster of child processes on loopback. */
export class Cluster {
  private readonly plan: ClusterPlan;
  private readonly clock: Clock;
  private readonly namenode: Daemon;
  private readonly datanodes: readonly Daemon[];
  private stopping = false;

  private constructor(plan: ClusterPlan, folder: string, seams: ClusterSeams, restarts: boolean) {
    this.plan = plan;
    this.clock = seams.clock;
    const watcher: DaemonWatcher = {
      died: (daemon, how) => seams.died(daemon.plan.id, how),
      serves: () => replaceFile(join(folder, DESCRIPTION_FILE), `${JSON.stringify(this.describe())}\n`),
    };
    const daemon = (each: DaemonPlan): Daemon => new Daemon(each, { ...seams, watcher, restarts });
    this.namenode = daemon(plan.namenode);
    this.datanodes = plan.datanodes.map(daemon);
  }

  /** Finds ports and writes every configuration; `fixed` are ports that the user named. */
  static async prepare(
    options: ClusterOptions,
    fixed: { readonly rpc?: number; readonly http?: number },
    restarts: boolean,
    seams: ClusterSeams,
  ): Promise<Cluster> {
    const ports = await choosePorts(options, fixed, seams.random);
    const plan = planCluster(options, ports);
    mkdirSync(join(options.folder, 'logs'), { recursive: true });
    writeFileSync(join(options.folder, PORTS_FILE), `${JSON.stringify(ports)}\n`);
    writeConf(plan.clientConfFolder, plan.clientProperties);
    for (const daemon of [plan.namenode, ...plan.datanodes]) writeConf(daemon.confFolder, daemon.properties);
    return new Cluster(plan, options.folder, seams, restarts);
  }

  /** Fulfilled when clients may come: every datanode is known to the namenode and safe mode is over. */
  async start(): Promise<void> {
    await Promise.all([this.namenode, ...this.datanodes].map((daemon) => daemon.start()));
    await waitUntilServing(
      this.plan.namenode.addresses.http as string,
      this.datanodes.length,
      this.clock,
      () => !this.stopping,
    );
  }

  /** Datanodes first, so that none of them meets a namenode that is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.datanodes.map((daemon) => daemon.stop(DATANODE_PATIENCE_MS)));
    await this.namenode.stop(NAMENODE_PATIENCE_MS);
  }

  describe(): ClusterDescription {
    const { hdfs, webhdfs, clientConfFolder } = this.plan;
    const address = (daemon: Daemon, name: string): string => daemon.plan.addresses[name] as string;
    return {
      hdfs,
      webhdfs,
      conf: clientConfFolder,
      namenodes: [
        {
          id: this.namenode.plan.id,
          pid: this.namenode.pid,
          rpc: address(this.namenode, 'rpc'),
          http: address(this.namenode, 'http'),
          state: 'active',
          dir: this.namenode.plan.folder,
        },
      ],
      datanodes: this.datanodes.map((daemon) => ({
        id: daemon.plan.id,
        pid: daemon.pid,
        data: address(daemon, 'data'),
        http: address(daemon, 'http'),
        ipc: address(daemon, 'ipc'),
        dir: daemon.plan.folder,
      })),
    };
  }
}

async function choosePorts(
  options: ClusterOptions,
  fixed: { readonly rpc?: number; readonly http?: number },
  random: Random,
): Promise<ClusterPorts> {
  const file = join(options.folder, PORTS_FILE);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterPorts) : undefined;
  const finder = new PortFinder(random);
  const find = (host: string, preferred?: number): Promise<number> => finder.find(host, preferred);
  const exactly = async (port: number): Promise<number> => {
    if ((await find('127.0.0.1', port)) !== port) throw new Error(`port ${port} is in use`);
    return port;
  };
  const namenode = {
    rpc: fixed.rpc === undefined ? await find('127.0.0.1', before?.namenode.rpc) : await exactly(fixed.rpc),
    http: fixed.http === undefined ? await find('127.0.0.1', before?.namenode.http) : await exactly(fixed.http),
  };
  const datanodes: ClusterPorts['datanodes'][number][] = [];
  for (let index = 0; index < options.datanodes; index++) {
    const host = datanodeHost(index, options.ownHosts);
    const earlier = before?.datanodes[index];
    datanodes.push({
      data: await find(host, earlier?.data),
      http: await find(host, earlier?.http),
      ipc: await find(host, earlier?.ipc),
    });
  }
  return { namenode, datanodes };
}

function writeConf(folder: string, properties: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(properties);
  const isCore = ([name]: [string, string]): boolean => name.startsWith('fs.') || name.startsWith('hadoop.');
  writeFileSync(join(folder, 'core-site.xml'), writeHadoopXml(Object.fromEntries(entries.filter(isCore))));
  writeFileSync(
    join(folder, 'hdfs-site.xml'),
    writeHadoopXml(Object.fromEntries(entries.filter((each) => !isCore(each)))),
  );
}

/** Whoever reads meanwhile sees the old text or the new one, never half of it. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Removes a scratch cluster's folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
