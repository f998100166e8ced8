import { lookup } from 'node:dns/promises';
import { type Config, ConfigError, namenodeOptions as options } from '@rfs/base/config';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import { failure } from '@rfs/protocol/exceptions';
import { type Authorize, MachineList, type ProxyUser, ProxyUsers } from '@rfs/protocol/impersonation';
import type { GroupMapping } from './groups.js';

/** The rules by which users act for others, as the configuration has them and has them again. */
export class Impersonation {
  private readonly users: ProxyUsers;
  private readonly reread: () => Config;
  private readonly log: Logger;

  private constructor(users: ProxyUsers, reread: () => Config, log: Logger) {
    this.users = users;
    this.reread = reread;
    this.log = log;
  }

  /** @param reread the configuration as its files are now; throws ConfigError for a bad one */
  static async open(config: Config, groups: GroupMapping, reread: () => Config, log: Logger): Promise<Impersonation> {
    const rules = await rulesOf(config, log);
    return new Impersonation(new ProxyUsers(rules, (user, done) => groups.resolve(user, done)), reread, log);
  }

  /** For every door by which calls come. */
  get authorize(): Authorize {
    return this.users.authorize;
  }

  /** Takes over what the configuration says now (refreshSuperUserGroupsConfiguration). */
  async refresh(): Promise<Failure | undefined> {
    const config = this.configuration();
    if (isFailure(config)) return config;
    this.users.replace(await rulesOf(config, this.log));
    return undefined;
  }

  private configuration(): Config | Failure {
    try {
      return this.reread();
    } catch (error) {
      if (error instanceof ConfigError) return failure('IllegalArgumentException', error.message);
      throw error;
    }
  }
}

async function rulesOf(config: Config, log: Logger): Promise<ReadonlyMap<string, ProxyUser>> {
  const hosts = config.matching(options.proxyUserHosts);
  const users = config.matching(options.proxyUserUsers);
  const groups = config.matching(options.proxyUserGroups);
  const rules = new Map<string, ProxyUser>();
  for (const name of new Set([...users.keys(), ...groups.keys()])) {
    const listed = hosts.get(name);
    rules.set(name, {
      users: users.get(name) ?? [],
      groups: groups.get(name) ?? [],
      machines: listed === undefined ? undefined : await machinesOf(name, listed, log),
    });
  }
  return rules;
}

/** Names become addresses when the rules are read, as in Hadoop: a machine that changes its address needs a refresh. */
async function machinesOf(user: string, words: readonly string[], log: Logger): Promise<MachineList> {
  const entries = words.map(async (word) => {
    if (word === '*' || word.includes('/')) return word;
    try {
      return (await lookup(word, { order: 'ipv4first' })).address;
    } catch (error) {
      log.warn('a host of a proxy user is passed over', { user, host: word, error });
      // Fits nothing, and keeps an asterisk beside it from standing alone.
      return word;
    }
  });
  return new MachineList(await Promise.all(entries));
}
