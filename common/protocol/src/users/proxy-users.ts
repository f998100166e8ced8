import type { Failure } from '@rfs/base/failure';
import { failure } from '../exceptions/index.js';
import type { MachineList } from './machine-list.js';

/** What hadoop.proxyuser.NAME.* say of one user; without `machines` it may act for others from nowhere. */
export interface ProxyUser {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly machines: MachineList | undefined;
}

/**
 * Decides whether `realUser`, who calls from `address`, may act for `user`; `done` is called once, now or later, with
 * the refusal if there is one.
 */
export type Authorize = (
  user: string,
  realUser: string,
  address: string,
  done: (denied: Failure | undefined) => void,
) => void;

const ANY = '*';

/** Who may act for whom, and from where (ProxyUsers, DefaultImpersonationProvider). */
export class ProxyUsers {
  private rules: ReadonlyMap<string, ProxyUser>;
  private readonly groupsOf: (user: string, done: (groups: readonly string[]) => void) => void;

  /**
   * @param rules by the name of the user who acts
   * @param groupsOf asked only when a user may act for members of groups, and not for that user by name
   */
  constructor(
    rules: ReadonlyMap<string, ProxyUser>,
    groupsOf: (user: string, done: (groups: readonly string[]) => void) => void,
  ) {
    this.rules = rules;
    this.groupsOf = groupsOf;
  }

  /** Other rules for whoever comes from now on (RefreshUserMappingsProtocol). */
  replace(rules: ReadonlyMap<string, ProxyUser>): void {
    this.rules = rules;
  }

  readonly authorize: Authorize = (user, realUser, address, done) => {
    const rule = this.rules.get(realUser);
    const refuse = (): void =>
      done(failure('AuthorizationException', `User: ${realUser} is not allowed to impersonate ${user}`));
    if (rule === undefined) {
      refuse();
      return;
    }
    const { users, groups, machines } = rule;
    const finish = (): void => {
      if (machines?.includes(address) === true) {
        done(undefined);
        return;
      }
      const text = `Unauthorized connection for super-user: ${realUser} from IP /${address}`;
      done(failure('AuthorizationException', text));
    };
    if (isAny(users) || isAny(groups) || users.includes(user)) finish();
    else if (groups.length === 0) refuse();
    else this.groupsOf(user, (own) => (own.some((group) => groups.includes(group)) ? finish() : refuse()));
  };
}

function isAny(names: readonly string[]): boolean {
  return names.length === 1 && names[0] === ANY;
}
