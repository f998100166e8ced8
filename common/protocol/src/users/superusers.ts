import { type Config, userOptions as options } from '@rfs/base/config';

/** Who has the superuser's rights (FSPermissionChecker): the user that runs the daemon and the supergroup's members. */
export interface SuperuserRule {
  readonly owner: string;
  readonly supergroup: string;
  /** False: nobody is asked for permissions, which is to say that everybody has all (dfs.permissions.enabled). */
  readonly permissionsEnabled: boolean;
}

/** @param owner the user that runs the daemon */
export function superuserRule(config: Config, owner: string): SuperuserRule {
  return {
    owner,
    supergroup: config.get(options.supergroup),
    permissionsEnabled: config.get(options.permissionsEnabled),
  };
}

export function isSuperuser(rule: SuperuserRule, user: string, groups: readonly string[]): boolean {
  return !rule.permissionsEnabled || user === rule.owner || groups.includes(rule.supergroup);
}
