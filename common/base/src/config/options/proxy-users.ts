import { optional } from '../option.js';
import { list, machines } from '../types.js';

/** Who may act for whom (ProxyUsers, DefaultImpersonationProvider). */
export const proxyUserOptions = {
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
