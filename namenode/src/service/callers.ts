import type { Failure } from '@rfs/base/failure';
import { type GroupMapping, isSuperuser, type SuperuserRule } from '@rfs/protocol/users';
import { Caller, checkSuperuser } from '../namespace/index.js';

/** Callers by user name, each made once and kept while its groups stay the same. */
export class Callers {
  private readonly known = new Map<string, Caller>();
  private readonly groups: GroupMapping;
  private readonly rule: SuperuserRule;

  constructor(groups: GroupMapping, rule: SuperuserRule) {
    this.groups = groups;
    this.rule = rule;
  }

  /** The caller if the user's groups are known now, as they are for almost every call. */
  cached(user: string, nowMs?: number): Caller | undefined {
    const groups = this.groups.cached(user, nowMs);
    if (groups === undefined) return undefined;
    const known = this.known.get(user);
    if (known !== undefined && known.groups === groups) return known;
    const caller = new Caller(user, groups, isSuperuser(this.rule, user, groups));
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(user, caller);
    return caller;
  }

  /** Asks for the user's groups; `done` may come at once. */
  resolve(user: string, done: (caller: Caller) => void): void {
    this.groups.resolve(user, (groups) => {
      done(this.cached(user) ?? new Caller(user, groups, isSuperuser(this.rule, user, groups)));
    });
  }

  /** Goes on for a superuser; anybody else is refused (FSNamesystem.checkSuperuserPrivilege). */
  superuser(user: string, granted: () => void, refused: (failure: Failure) => void): void {
    this.resolve(user, (caller) => {
      const denied = checkSuperuser(caller);
      if (denied === undefined) granted();
      else refused(denied);
    });
  }

  /** Forgets all groups that the operating system told (RefreshUserMappingsProtocol). */
  refresh(): void {
    this.groups.refresh();
    this.known.clear();
  }
}

const MAX_KNOWN = 100_000;
