import { lookup } from 'node:dns/promises';
import { type Config, ConfigError, userOptions as options } from '@rfs/base/config';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import { failure } from '../exceptions/index.js';
import type { GroupMapping } from './groups.js';
import { MachineList } from './machine-list.js';
import { type Authorize, type ProxyUser, ProxyUsers } from './proxy-users.js';

/** The rules by which users act for others, as the configuration has them and has them again. */
export class Impersonation {
  private readonly users: ProxyUsers;
  private readonly log: Logger;

  private constructor(users: ProxyUsers, log: Logger) {
    this.users = users;
    this.log = log;
  }

  static async open(config: Config, groups: GroupMapping, log: Logger): Promise<Impersonation> {
    const rules = await rulesOf(config, log);
    return new Impersonation(new ProxyUsers(rules, (user, done) => groups.resolve(user, done)), log);
  }

  /** For every door by which calls come. */
  get authorize(): Authorize {
    return this.users.authorize;
  }

  /**
   * Takes over what the configuration says now (refreshSuperUserGroupsConfiguration).
   * @param reread the configuration as its files are now; throws ConfigError for a bad one
   */
  async refresh(reread: () => Config): Promise<Failure | undefined> {
    const config = configurationOf(reread);
    if (isFailure(config)) return config;
    this.users.replace(await rulesOf(config, this.log));
    return undefined;
  }
}

function configurationOf(reread: () => Config): Config | Failure {
  try {
    return reread();
  } catch (error) {
    if (error instanceof ConfigError) return failure('IllegalArgumentException', error.message);
    throw error;
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
