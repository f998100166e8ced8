import { option, optional } from '../option.js';
import { boolean, duration, list, machines, text } from '../types.js';

/** Who users are, what they may do, and for whom (Groups, ProxyUsers, DefaultImpersonationProvider). */
export const userOptions = {
  permissionsEnabled: option({
    key: 'dfs.permissions.enabled',
    type: boolean(),
    default: 'true',
    help: 'Whether permissions are checked.',
  }),
  supergroup: option({
    key: 'dfs.permissions.superusergroup',
    type: text(),
    default: 'supergroup',
    help: 'The group whose members may do everything, as may the user that runs the daemon.',
  }),
  staticGroups: option({
    key: 'hadoop.user.group.static.mapping.overrides',
    type: text(),
    default: 'dr.who=;',
    help: 'Groups of users, before those of the system: user=group,group;user=...',
  }),
  groupsCacheMs: option({
    key: 'hadoop.security.groups.cache.secs',
    type: duration('s'),
    default: '300',
    help: "How long a user's groups are remembered.",
  }),
  proxyUserHosts: optional({
    key: 'hadoop.proxyuser.<user>.hosts',
    type: machines(),
    help: 'Where this user may act for others from; without it from nowhere. With a * alone: from anywhere.',
  }),
  proxyUserUsers: optional({
    key: 'hadoop.proxyuser.<user>.users',
    type: list(),
    help: 'The users that this user may act for. A * alone means all.',
  }),
  proxyUserGroups: optional({
    key: 'hadoop.proxyuser.<user>.groups',
    type: list(),
    help: 'The groups whose members this user may act for. A * alone means everybody.',
  }),
};
