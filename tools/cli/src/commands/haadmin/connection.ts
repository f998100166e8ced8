import { type Config, clientOptions } from '@rfs/base/config';
import { FailureError, isFailure } from '@rfs/base/failure';
import { systemClock, systemRandom } from '@rfs/base/system';
import { isNameservice, namenodesOf } from '@rfs/client/namenodes';
import { groupProtocol } from '@rfs/namenode/peers';
import { failure } from '@rfs/protocol/exceptions';
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

/** A namenode as the configuration names it. */
export interface Service {
  readonly id: string;
  /** host:port of its RPC. */
  readonly rpc: string;
}

type GroupMethods = typeof groupProtocol.methods;
type HaMethods = typeof protocols.haService.methods;
export type GroupDescription = MessageOf<GroupMethods['describe']['response']>;

const CONNECT_MS = 2000;
/** ha.failover-controller.cli-check.rpc-timeout.ms is 20 s in HDFS. */
const CALL_MS = 20_000;
/** A member that hangs must not hold up the table of all. */
const DESCRIBE_MS = 1500;
/** Nobody leads for a moment after a leader's death: orders are given again for so long. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 200;

/** The members of one group, asked one by one. */
export class GroupAdmin {
  /** The namenodes that the configuration names. */
  readonly services: readonly Service[];
  private readonly user: string;
  private readonly identity = new ClientIdentity(systemRandom());
  private readonly clients = new Map<string, ReconnectingRpcClient>();

  /** Throws UsageError and ConfigError. */
  constructor(generic: GenericOptions, context: CommandContext, nameservice: string | undefined) {
    const { config, user, defaultFs } = clientConfig(generic, context);
    this.user = user;
    const authority = nameservice ?? /^hdfs:\/\/([^/]+)/.exec(defaultFs)?.[1];
    if (authority === undefined) throw new UsageError(`FileSystem ${defaultFs} is not an HDFS file system`);
    this.services = servicesOf(authority, config);
  }

  /** The address of a member: its id in the configuration, its name or Raft id in the group, or host:port. */
  async addressOf(id: string): Promise<string> {
    const known = this.services.find((service) => service.id === id);
    if (known !== undefined) return known.rpc;
    const { members } = await this.describe();
    const named = members.find(({ member }) => member.name === id || String(member.id) === id || member.rpc === id);
    if (named !== undefined) return named.member.rpc;
    throw new FailureError(
      failure('IllegalArgumentException', `Unable to determine service address for namenode '${id}'`),
    );
  }

  /** The group as its leader sees it; as any other member does when nobody leads. Throws FailureError. */
  async describe(): Promise<GroupDescription> {
    let refusal: unknown;
    let found: GroupDescription | undefined;
    for (const { rpc } of this.services) {
      try {
        const answer = await this.group(rpc, 'describe', {});
        const leader = answer.members.find(({ member }) => member.id === answer.leader);
        if (answer.leading || leader === undefined) found ??= answer;
        else return await this.group(leader.member.rpc, 'describe', {});
        if (answer.leading) return answer;
      } catch (error) {
        refusal = error;
      }
    }
    if (found === undefined) throw refusal;
    return found;
  }

  /** Gives an order to the leader, wherever it is. Throws FailureError. */
  async order(method: 'transfer' | 'remove', member: string): Promise<void> {
    const deadlineMs = systemClock.monotonicMs() + PATIENCE_MS;
    for (let rpc = ''; ; ) {
      try {
        const to = rpc === '' ? (this.services[0]?.rpc ?? '') : rpc;
        const { leaderRpc } = await this.group(to, method, { member });
        if (leaderRpc === undefined) return;
        rpc = leaderRpc;
      } catch (error) {
        const again =
          error instanceof FailureError && ['RetriableException', 'ConnectException'].includes(error.failure.code);
        if (!again || systemClock.monotonicMs() > deadlineMs) throw error;
        const next = 1 + this.services.findIndex((service) => service.rpc === rpc);
        rpc = this.services[next % this.services.length]?.rpc ?? '';
        await pause(PAUSE_MS);
      }
    }
  }

  group<Name extends keyof GroupMethods & string>(
    rpc: string,
    method: Name,
    request: MessageOf<GroupMethods[Name]['request']>,
  ): Promise<MessageOf<GroupMethods[Name]['response']>> {
    return this.ask(groupProtocol, rpc, method, request, method === 'describe' ? DESCRIBE_MS : CALL_MS);
  }

  ha<Name extends keyof HaMethods & string>(
    rpc: string,
    method: Name,
    request: MessageOf<HaMethods[Name]['request']>,
  ): Promise<MessageOf<HaMethods[Name]['response']>> {
    return this.ask(protocols.haService, rpc, method, request, CALL_MS);
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private async ask<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    rpc: string,
    method: Name,
    request: MessageOf<Methods[Name]['request']>,
    timeoutMs: number,
  ): Promise<MessageOf<Methods[Name]['response']>> {
    const result = await callAsync(this.clientOf(rpc, protocol), protocol, method, request, { timeoutMs });
    if (isFailure(result)) throw new FailureError(result);
    return result;
  }

  private clientOf(rpc: string, protocol: { readonly name: string }): ReconnectingRpcClient {
    const known = this.clients.get(rpc);
    if (known !== undefined) return known;
    const { user, identity } = this;
    const colon = rpc.lastIndexOf(':');
    const to = { host: rpc.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(rpc.slice(colon + 1)) };
    const client = new ReconnectingRpcClient(
      { ...to, user, protocol, identity, clock: systemClock, connectTimeoutMs: CONNECT_MS },
      { firstMs: 0, maxMs: 0 },
    );
    this.clients.set(rpc, client);
    return client;
  }
}

/** Waits for `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.setTimer(ms, resolve);
  });
}

function servicesOf(authority: string, config: Config): Service[] {
  const ids = isNameservice(authority, config) ? config.suffixed(clientOptions.namenodeIds, authority) : undefined;
  const named = (ids ?? []).map((id) => ({
    id,
    address: config.suffixed(clientOptions.namenodeRpcAddress, authority, id),
  }));
  const found = named.flatMap(({ id, address }) => (address === undefined ? [] : [{ id, rpc: textOf(address) }]));
  if (found.length > 0) return found;
  return namenodesOf(authority, config).map((address) => ({ id: textOf(address), rpc: textOf(address) }));
}

function textOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
