import type { Address, Config } from '@rfs/base/config';
import { FailureError, isFailure } from '@rfs/base/failure';
import { systemClock, systemRandom } from '@rfs/base/system';
import { isNameservice, NamenodeGroup, namenodesOf } from '@rfs/client/namenodes';
import { type ClientSettings, clientSettings } from '@rfs/client/settings';
import {
  ClientIdentity,
  callAsync,
  type MessageOf,
  type MethodSet,
  type Protocol,
  protocols,
  ReconnectingRpcClient,
} from '@rfs/protocol/rpc';
import { clientConfig, type GenericOptions } from '../../hadoop/index.js';
import { UsageError } from '../../options/index.js';
import type { CommandContext } from '../../terminal/index.js';
import { Environment } from '../fs/environment.js';
import type { FileSystems } from '../fs/files/registry.js';
import { hostAndPort } from './words.js';

/** One namenode of the file system, asked by itself. */
export interface Namenode {
  readonly address: Address;
  readonly calls: NamenodeGroup;
}

type DatanodeMethods = typeof protocols.clientDatanode.methods;
type RefreshMethods = typeof protocols.refreshUserMappings.methods;

/** The cluster that the configuration or `-fs` names, as its operator calls it. */
export class Admin {
  /** The namenodes as one: whichever is active answers. */
  readonly namenodes: NamenodeGroup;
  /** Each namenode by itself. */
  readonly members: readonly Namenode[];
  /** False where one address is the file system (`HAUtilClient.isLogicalUri`). */
  readonly isNameservice: boolean;
  readonly config: Config;
  /** The file system, as hdfs://host:port or the like. */
  readonly uri: string;
  private readonly user: string;
  private readonly settings: ClientSettings;
  private readonly identity = new ClientIdentity(systemRandom());
  private readonly environment: Environment;
  private readonly groups = new Map<string, NamenodeGroup>();
  private readonly open: { close(): void }[] = [];

  /** Throws UsageError and ConfigError; connects to nobody yet. */
  constructor(generic: GenericOptions, context: CommandContext) {
    const { config, user, defaultFs } = clientConfig(generic, context);
    const authority = /^hdfs:\/\/([^/]+)/.exec(defaultFs)?.[1];
    if (authority === undefined) throw new UsageError(`FileSystem ${defaultFs} is not an HDFS file system`);
    this.config = config;
    this.uri = `hdfs://${authority}`;
    this.user = user;
    this.settings = clientSettings(config);
    this.environment = new Environment(generic, { ...context, clock: systemClock, random: systemRandom() });
    this.open.push(this.environment);
    this.namenodes = this.group(authority, namenodesOf(authority, config));
    this.groups.set(authority, this.namenodes);
    this.isNameservice = isNameservice(authority, config);
    this.members = namenodesOf(authority, config).map((address) => ({
      address,
      calls: this.isNameservice ? this.group(authority, [address]) : this.namenodes,
    }));
  }

  /** The file systems of paths on the command line. */
  get systems(): FileSystems {
    return this.environment.systems;
  }

  /** The namenodes of the file system that a path belongs to. */
  namenodesOf(authority: string): NamenodeGroup {
    const known = this.groups.get(authority) ?? this.group(authority, namenodesOf(authority, this.config));
    this.groups.set(authority, known);
    return known;
  }

  /** Asks a datanode (ClientDatanodeProtocol) at its `host:port` of RPC. Throws UsageError and FailureError. */
  datanode<Name extends keyof DatanodeMethods & string>(
    address: string,
    method: Name,
    request: MessageOf<DatanodeMethods[Name]['request']>,
  ): Promise<MessageOf<DatanodeMethods[Name]['response']>> {
    return this.ask(protocols.clientDatanode, hostAndPort(address), method, request);
  }

  /** Has a namenode read users' groups or proxy users' rules again (RefreshUserMappingsProtocol). Throws FailureError. */
  refresh<Name extends keyof RefreshMethods & string>(
    { address }: Namenode,
    method: Name,
    request: MessageOf<RefreshMethods[Name]['request']>,
  ): Promise<MessageOf<RefreshMethods[Name]['response']>> {
    return this.ask(protocols.refreshUserMappings, address, method, request);
  }

  close(): void {
    for (const each of this.open) each.close();
  }

  private async ask<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    { host, port }: Address,
    method: Name,
    request: MessageOf<Methods[Name]['request']>,
  ): Promise<MessageOf<Methods[Name]['response']>> {
    const { user, identity, settings } = this;
    const { connectTimeoutMs, callTimeoutMs, pingMs } = settings;
    const timing = { connectTimeoutMs, callTimeoutMs, pingMs };
    const client = new ReconnectingRpcClient({ host, port, user, protocol, identity, clock: systemClock, ...timing });
    this.open.push(client);
    const result = await callAsync(client, protocol, method, request);
    if (isFailure(result)) throw new FailureError(result);
    return result;
  }

  private group(name: string, addresses: readonly Address[]): NamenodeGroup {
    const { user, settings } = this;
    const group = new NamenodeGroup({ addresses, name, user, settings, clock: systemClock, random: systemRandom() });
    this.open.push(group);
    return group;
  }
}
