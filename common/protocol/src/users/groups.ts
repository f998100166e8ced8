import { type Config, userOptions as options } from '@rfs/base/config';
import type { Logger } from '@rfs/base/log';
import type { Clock } from '@rfs/base/seams';
import { type GroupLookup, osGroups } from './os-groups.js';

interface Entry {
  groups: readonly string[];
  expiresMs: number;
}

const MAX_CACHED_USERS = 100_000;

/**
 * Groups of users: static ones from hadoop.user.group.static.mapping.overrides, the others from the operating system
 * and kept for hadoop.security.groups.cache.secs (Hadoop's Groups).
 */
export class GroupMapping {
  private readonly cache = new Map<string, Entry>();
  private readonly waiting = new Map<string, ((groups: readonly string[]) => void)[]>();
  private readonly overrides: ReadonlyMap<string, readonly string[]>;
  private readonly lookup: GroupLookup;
  private readonly clock: Clock;
  private readonly cacheMs: number;

  constructor(overrides: string, lookup: GroupLookup, clock: Clock, cacheMs: number) {
    this.overrides = parseOverrides(overrides);
    this.lookup = lookup;
    this.clock = clock;
    this.cacheMs = cacheMs;
  }

  /** The groups if they are known now: the way of almost every call. */
  cached(user: string, nowMs?: number): readonly string[] | undefined {
    const fixed = this.overrides.get(user);
    if (fixed) return fixed;
    const entry = this.cache.get(user);
    return entry && entry.expiresMs > (nowMs ?? this.clock.monotonicMs()) ? entry.groups : undefined;
  }

  /** The groups, after asking the operating system if need be; users who wait for the same answer share one question. */
  resolve(user: string, done: (groups: readonly string[]) => void): void {
    const known = this.cached(user);
    if (known) {
      done(known);
      return;
    }
    const others = this.waiting.get(user);
    if (others) {
      others.push(done);
      return;
    }
    this.waiting.set(user, [done]);
    this.lookup(user, (groups) => {
      if (this.cache.size >= MAX_CACHED_USERS) this.cache.clear();
      this.cache.set(user, { groups, expiresMs: this.clock.monotonicMs() + this.cacheMs });
      const callers = this.waiting.get(user) ?? [];
      this.waiting.delete(user);
      for (const caller of callers) caller(groups);
    });
  }

  /** Forgets what the operating system said (RefreshUserMappingsProtocol). */
  refresh(): void {
    this.cache.clear();
  }
}

/** The groups that a daemon's configuration and its machine know. */
export function openGroups(config: Config, clock: Clock, logger: Logger): GroupMapping {
  const lookup = osGroups({ logger });
  return new GroupMapping(config.get(options.staticGroups), lookup, clock, config.get(options.groupsCacheMs));
}

/** `user=group1,group2;other=` as hadoop.user.group.static.mapping.overrides writes it. */
function parseOverrides(text: string): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, readonly string[]>();
  for (const part of text.split(';')) {
    const separator = part.indexOf('=');
    const user = (separator < 0 ? part : part.slice(0, separator)).trim();
    if (user === '') continue;
    const groups = separator < 0 ? '' : part.slice(separator + 1);
    users.set(
      user,
      groups
        .split(',')
        .map((group) => group.trim())
        .filter((group) => group !== ''),
    );
  }
  return users;
}
