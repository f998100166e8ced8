import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHadoopXml } from '@rfs/base/config';
import type { Clock, Random, Timer } from '@rfs/base/seams';
import { Daemon, type DaemonWatcher } from './daemon.js';
import {
  type ClusterOptions,
  type ClusterPlan,
  type ClusterPorts,
  type DaemonPlan,
  datanodeHost,
  NAMENODE_HOST,
  planCluster,
} from './plan.js';
import { PortFinder } from './ports.js';
import { readRoles, waitUntilAllVote, waitUntilServing } from './ready.js';

/** Stopping the datanodes and then the namenode, together under the promised 2 s. */
const DATANODE_PATIENCE_MS = 800;
const NAMENODE_PATIENCE_MS = 900;
const PORTS_FILE = 'ports.json';
/** The description as it is now: process ids change when a daemon is started again. */
const DESCRIPTION_FILE = 'cluster.json';

/** How often the namenodes' roles are looked at. */
const ROLES_MS = 1000;

type NamenodeState = 'active' | 'observer' | 'journal';

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
    readonly state: NamenodeState;
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
  private readonly descriptionFile: string;
  private readonly namenodes: readonly Daemon[];
  private readonly datanodes: readonly Daemon[];
  private readonly states = new Map<Daemon, NamenodeState>();
  private described = '';
  private rolesTimer: Timer | undefined;
  private stopping = false;

  private constructor(plan: ClusterPlan, folder: string, seams: ClusterSeams, restarts: boolean) {
    this.plan = plan;
    this.clock = seams.clock;
    const watcher: DaemonWatcher = {
      died: (daemon, how) => seams.died(daemon.plan.id, how),
      serves: () => this.writeDescription(),
    };
    const daemon = (each: DaemonPlan): Daemon => new Daemon(each, { ...seams, watcher, restarts });
    this.descriptionFile = join(folder, DESCRIPTION_FILE);
    this.namenodes = plan.namenodes.map(daemon);
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
    const plan = planCluster(options, ports, !hasNamespace(options.folder));
    mkdirSync(join(options.folder, 'logs'), { recursive: true });
    writeFileSync(join(options.folder, PORTS_FILE), `${JSON.stringify(ports)}\n`);
    writeConf(plan.clientConfFolder, plan.clientProperties);
    for (const daemon of [...plan.namenodes, ...plan.datanodes]) writeConf(daemon.confFolder, daemon.properties);
    return new Cluster(plan, options.folder, seams, restarts);
  }

  /** Fulfilled when clients may come: every namenode knows every datanode, safe mode is over, and every member votes. */
  async start(): Promise<void> {
    await Promise.all([...this.namenodes, ...this.datanodes].map((daemon) => daemon.start()));
    const { clock } = this;
    const addresses = this.serving().map((daemon) => daemon.plan.addresses.http as string);
    const wanted = (): boolean => !this.stopping;
    await waitUntilServing(addresses, this.datanodes.length, clock, wanted);
    const members = this.namenodes.map((daemon) => daemon.plan.addresses.http as string);
    await waitUntilAllVote(members, clock, wanted);
    await this.followRoles();
  }

  /** Datanodes first, so that none of them meets namenodes that are gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.rolesTimer?.cancel();
    await Promise.all(this.datanodes.map((daemon) => daemon.stop(DATANODE_PATIENCE_MS)));
    await Promise.all(this.namenodes.map((daemon) => daemon.stop(NAMENODE_PATIENCE_MS)));
  }

  describe(): ClusterDescription {
    const { hdfs, webhdfs, clientConfFolder } = this.plan;
    const address = (daemon: Daemon, name: string): string => daemon.plan.addresses[name] as string;
    return {
      hdfs,
      webhdfs,
      conf: clientConfFolder,
      namenodes: this.namenodes.map((daemon) => ({
        id: daemon.plan.id,
        pid: daemon.pid,
        rpc: address(daemon, 'rpc'),
        http: address(daemon, 'http'),
        state: this.stateOf(daemon),
        dir: daemon.plan.folder,
      })),
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

  private serving(): Daemon[] {
    return this.namenodes.filter(({ plan }) => !plan.isJournal);
  }

  private stateOf(daemon: Daemon): NamenodeState {
    if (daemon.plan.isJournal) return 'journal';
    return this.states.get(daemon) ?? (this.namenodes.length === 1 ? 'active' : 'observer');
  }

  /** Asks the namenodes who is active, now and from now on: the description says it. */
  private async followRoles(): Promise<void> {
    if (this.namenodes.length === 1 || this.stopping) return;
    const serving = this.serving();
    const roles = await readRoles(serving.map((daemon) => daemon.plan.addresses.http as string));
    for (const [index, daemon] of serving.entries()) {
      this.states.set(daemon, roles[index] === 'active' ? 'active' : 'observer');
    }
    if (this.stopping) return;
    this.writeDescription();
    this.rolesTimer = this.clock.setTimer(ROLES_MS, () => void this.followRoles());
  }

  private writeDescription(): void {
    const text = `${JSON.stringify(this.describe())}\n`;
    if (text === this.described) return;
    this.described = text;
    replaceFile(this.descriptionFile, text);
  }
}

/** Some namenode has kept something in the folder. */
function hasNamespace(folder: string): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((name) => existsSync(join(folder, name, 'name', 'journal')));
}

async function choosePorts(
  options: ClusterOptions,
  fixed: { readonly rpc?: number; readonly http?: number },
  random: Random,
): Promise<ClusterPorts> {
  const file = join(options.folder, PORTS_FILE);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<ClusterPorts>) : undefined;
  const finder = new PortFinder(random);
  const find = (host: string, preferred?: number): Promise<number> => finder.find(host, preferred);
  const exactly = async (port: number): Promise<number> => {
    if ((await find(NAMENODE_HOST, port)) !== port) throw new Error(`port ${port} is in use`);
    return port;
  };
  const namenodes: ClusterPorts['namenodes'][number][] = [];
  const { namenodes: counts } = options;
  for (let index = 0; index < counts.namenodes + counts.journals; index++) {
    const earlier = before?.namenodes?.[index];
    const named = index === 0 ? fixed : {};
    namenodes.push({
      rpc: named.rpc === undefined ? await find(NAMENODE_HOST, earlier?.rpc) : await exactly(named.rpc),
      http: named.http === undefined ? await find(NAMENODE_HOST, earlier?.http) : await exactly(named.http),
    });
  }
  const datanodes: ClusterPorts['datanodes'][number][] = [];
  for (let index = 0; index < options.datanodes; index++) {
    const host = datanodeHost(index, options.ownHosts);
    const earlier = before?.datanodes?.[index];
    datanodes.push({
      data: await find(host, earlier?.data),
      http: await find(host, earlier?.http),
      ipc: await find(host, earlier?.ipc),
    });
  }
  return { namenodes, datanodes };
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
