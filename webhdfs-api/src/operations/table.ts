import type { Method } from '../parameters/index.js';
import { append } from './append.js';
import { checkAccess } from './check-access.js';
import { concat } from './concat.js';
import { create } from './create.js';
import { deletePath } from './delete.js';
import { getBlockLocations } from './get-block-locations.js';
import { getContentSummary } from './get-content-summary.js';
import { getFileBlockLocations } from './get-file-block-locations.js';
import { getFileChecksum } from './get-file-checksum.js';
import { getFileStatus } from './get-file-status.js';
import { getHomeDirectory } from './get-home-directory.js';
import { getQuotaUsage } from './get-quota-usage.js';
import { getServerDefaults } from './get-server-defaults.js';
import { getStatus } from './get-status.js';
import { getTrashRoot } from './get-trash-root.js';
import { listStatus } from './list-status.js';
import { listStatusBatch } from './list-status-batch.js';
import { mkdirs } from './mkdirs.js';
import { open } from './open.js';
import type { Operation } from './operation.js';
import { rename } from './rename.js';
import { setOwner } from './set-owner.js';
import { setPermission } from './set-permission.js';
import { setReplication } from './set-replication.js';
import { setTimes } from './set-times.js';
import { truncate } from './truncate.js';

/** Every operation that is served: routing, validation and the OpenAPI document follow from this table. */
export const operations: readonly Operation[] = [
  ...[open, getFileStatus, listStatus, listStatusBatch, getContentSummary, getQuotaUsage, getFileChecksum],
  ...[getHomeDirectory, getTrashRoot, getServerDefaults, getStatus, getFileBlockLocations, getBlockLocations],
  ...[checkAccess, create, mkdirs, rename, setPermission, setOwner, setReplication, setTimes],
  ...[append, concat, truncate, deletePath],
];

/** Operations that Apache HDFS 3.4.1 has besides; NULL is what it calls a request without one. */
const unsupported: Readonly<Record<Method, readonly string[]>> = {
  GET: [
    ...['GETDELEGATIONTOKEN', 'GETACLSTATUS', 'GETXATTRS', 'LISTXATTRS', 'GETALLSTORAGEPOLICY', 'GETSTORAGEPOLICY'],
    ...['GETECPOLICY', 'GETSNAPSHOTDIFF', 'GETSNAPSHOTDIFFLISTING', 'GETSNAPSHOTTABLEDIRECTORYLIST', 'GETLINKTARGET'],
    ...['GETFILELINKSTATUS', 'GETECPOLICIES', 'GETECCODECS', 'GETTRASHROOTS', 'GETSNAPSHOTLIST', 'NULL'],
  ],
  PUT: [
    ...['CREATESYMLINK', 'RENEWDELEGATIONTOKEN', 'CANCELDELEGATIONTOKEN', 'MODIFYACLENTRIES', 'REMOVEACLENTRIES'],
    ...['REMOVEDEFAULTACL', 'REMOVEACL', 'SATISFYSTORAGEPOLICY', 'SETACL', 'SETXATTR', 'REMOVEXATTR', 'ENABLEECPOLICY'],
    ...['DISABLEECPOLICY', 'SETECPOLICY', 'ALLOWSNAPSHOT', 'DISALLOWSNAPSHOT', 'CREATESNAPSHOT', 'RENAMESNAPSHOT'],
    ...['SETSTORAGEPOLICY', 'SETQUOTA', 'SETQUOTABYSTORAGETYPE', 'NULL'],
  ],
  POST: ['UNSETECPOLICY', 'UNSETSTORAGEPOLICY', 'NULL'],
  DELETE: ['DELETESNAPSHOT', 'NULL'],
};

const byName = new Map(operations.map((operation) => [`${operation.method} ${operation.name}`, operation]));

/** The operation of a name in capitals; `unsupported` when Apache knows it, undefined when nobody does. */
export function findOperation(method: Method, name: string): Operation | 'unsupported' | undefined {
  const found = byName.get(`${method} ${name}`);
  if (found !== undefined) return found;
  return unsupported[method].includes(name) ? 'unsupported' : undefined;
}
