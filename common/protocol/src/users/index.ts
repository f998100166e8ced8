export { GroupMapping, openGroups } from './groups.js';
export { Impersonation } from './impersonation.js';
export type { Authorize } from './proxy-users.js';
export { isSuperuser, type SuperuserRule, superuserRule } from './superusers.js';
