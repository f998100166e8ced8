import { failure } from '@rfs/protocol/exceptions';
import { boolean, converted, names, number, oneName, type Parameter, text } from './parameter.js';

/** What dfs.webhdfs.user.provider.user.pattern is by default (HdfsClientConfigKeys). */
export const DEFAULT_USER_PATTERN = '^[A-Za-z_][A-Za-z0-9._-]*[$]?$';

const ACL_PATTERN =
  '^(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?' +
  '(,(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?)*$';

/** Java's class union [[a][b]] is [ab] here. */
const aclRegExp = new RegExp(ACL_PATTERN.replaceAll('[[A-Za-z_][A-Za-z0-9._-]]', '[A-Za-z0-9._-]'));

/** DestinationParam: an absolute path, made plain as Hadoop's Path and URI.normalize do. */
function destinationPath(given: string): ReturnType<Parameter<string>['parse']> {
  if (!given.startsWith('/')) {
    const message = `Invalid parameter value: destination = "${given}" is not an absolute path.`;
    return failure('IllegalArgumentException', message);
  }
  const parts: string[] = [];
  for (const part of given.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Every parameter that Apache HDFS 3.4.1 knows: it judges all of them, whatever the operation. */
export const parameters = {
  delegation: text('delegation', 'A delegation token.'),
  user: text('user.name', 'Who is asking.', new RegExp(DEFAULT_USER_PATTERN), DEFAULT_USER_PATTERN),
  doAs: text('doas', 'On whose behalf user.name is asking.'),

  offset: number('offset', 'The first byte.', { type: 'long', minimum: 0, fallback: 0 }),
  length: number('length', 'How many bytes; all that follow when absent.', {
    type: 'long',
    minimum: 0,
    fallback: undefined,
  }),
  bufferSize: number('buffersize', 'Accepted, of no effect.', { type: 'integer', minimum: 1, fallback: undefined }),
  noRedirect: boolean('noredirect', 'Answers with the address as JSON instead of a redirect.', false),
  excludeDatanodes: text('excludedatanodes', 'Datanodes not to be sent to: host or host:port, separated by commas.'),
  startAfter: text('startafter', 'The last name of the page before.'),
  fsAction: text('fsaction', 'What is to be allowed, as in r-x.', /^[r-][w-][x-]$/, '[r-][w-][x-]'),

  destination: converted('destination', 'The new path.', destinationPath),
  owner: text('owner', 'The new owner; as it is when absent.'),
  group: text('group', 'The new group; as it is when absent.'),
  permission: number('permission', 'Permission bits in octal.', {
    type: 'short',
    radix: 8,
    minimum: 0,
    maximum: 0o1777,
    fallback: undefined,
  }),
  unmaskedPermission: number('unmaskedpermission', 'Permission bits in octal, before the umask.', {
    type: 'short',
    radix: 8,
    minimum: 0,
    maximum: 0o1777,
    fallback: undefined,
  }),
  overwrite: boolean('overwrite', 'Replaces a file that is there.', false),
  replication: number('replication', 'How many replicas.', { type: 'short', minimum: 1, fallback: undefined }),
  blockSize: number('blocksize', 'Bytes of a block.', { type: 'long', minimum: 1, fallback: undefined }),
  modificationTime: number('modificationtime', 'Ms since 1970; -1 leaves it as it is.', {
    type: 'long',
    minimum: -1,
    fallback: -1,
  }),
  accessTime: number('accesstime', 'Ms since 1970; -1 leaves it as it is.', {
    type: 'long',
    minimum: -1,
    fallback: -1,
  }),
  renameOptions: names(
    'renameoptions',
    'With any, the rename says why it cannot be done.',
    'org.apache.hadoop.fs.Options.Rename',
    ['NONE', 'OVERWRITE', 'TO_TRASH'],
  ),
  createParent: boolean('createparent', 'Makes missing parents.', true),
  createFlag: names('createflag', 'Flags of the new file.', 'org.apache.hadoop.fs.CreateFlag', [
    'CREATE',
    'OVERWRITE',
    'APPEND',
    'SYNC_BLOCK',
    'LAZY_PERSIST',
    'NEW_BLOCK',
    'NO_LOCAL_WRITE',
    'SHOULD_REPLICATE',
    'IGNORE_CLIENT_LOCALITY',
    'NO_LOCAL_RACK',
  ]),
  newLength: number('newlength', 'The length to cut to, in bytes.', { type: 'long', minimum: 0, fallback: undefined }),
  sources: text('sources', 'Files whose blocks are moved, separated by commas.'),
  recursive: boolean('recursive', 'Deletes a directory with what is in it.', false),

  renewer: text('renewer', 'Who may renew the token.'),
  token: text('token', 'The token to renew or cancel.'),
  tokenKind: text('kind', 'The kind of token.'),
  tokenService: text('service', 'What the token is for.'),
  aclSpec: text('aclspec', 'ACL entries.', aclRegExp, ACL_PATTERN),
  xattrName: text('xattr.name', 'The name of an attribute.'),
  xattrValue: text('xattr.value', 'The value of an attribute.'),
  xattrEncoding: oneName('encoding', 'How values are written.', 'org.apache.hadoop.fs.XAttrCodec', [
    'TEXT',
    'HEX',
    'BASE64',
  ]),
  xattrFlag: names('flag', 'Whether the attribute may be there.', 'org.apache.hadoop.fs.XAttrSetFlag', [
    'CREATE',
    'REPLACE',
  ]),
  snapshotName: text('snapshotname', 'The name of a snapshot.'),
  oldSnapshotName: text('oldsnapshotname', 'The name of the earlier snapshot.'),
  snapshotDiffStartPath: text('snapshotdiffstartpath', 'Where the page begins.'),
  snapshotDiffIndex: number('snapshotdiffindex', 'Where the page begins.', {
    type: 'integer',
    minimum: -1,
    fallback: -1,
  }),
  storagePolicy: text('storagepolicy', 'The name of a storage policy.'),
  ecPolicy: text('ecpolicy', 'The name of an erasure coding policy.'),
  namespaceQuota: number('namespacequota', 'Names allowed.', { type: 'long', minimum: -1, fallback: undefined }),
  storageSpaceQuota: number('storagespacequota', 'Bytes allowed.', { type: 'long', minimum: -1, fallback: undefined }),
  storageType: text('storagetype', 'A kind of storage.'),
  allUsers: boolean('allusers', "Everybody's trash.", false),

  namenodeAddress: text('namenoderpcaddress', 'host:port of the namenode, or the nameservice.'),
  stateId: number('stateid', 'The state that the redirect was made from.', { type: 'long', minimum: -1, fallback: -1 }),
} as const;

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

const p = parameters;

/**
 * What a method of NamenodeWebHdfsMethods takes, in the order of its signature: the first wrong one is told of. `op`
 * stands behind `doas`.
 */
export const signatures: Readonly<Record<Method, readonly Parameter<unknown>[]>> = {
  GET: [
    ...[p.delegation, p.user, p.doAs, p.offset, p.length, p.renewer, p.bufferSize, p.xattrName, p.xattrEncoding],
    ...[p.excludeDatanodes, p.fsAction, p.snapshotName, p.oldSnapshotName, p.snapshotDiffStartPath],
    ...[p.snapshotDiffIndex, p.tokenKind, p.tokenService, p.noRedirect, p.startAfter, p.allUsers],
  ],
  PUT: [
    ...[p.delegation, p.user, p.doAs, p.destination, p.owner, p.group, p.permission, p.unmaskedPermission],
    ...[p.overwrite, p.bufferSize, p.replication, p.blockSize, p.modificationTime, p.accessTime, p.renameOptions],
    ...[p.createParent, p.token, p.aclSpec, p.xattrName, p.xattrValue, p.xattrFlag, p.snapshotName, p.oldSnapshotName],
    ...[p.excludeDatanodes, p.createFlag, p.noRedirect, p.storagePolicy, p.ecPolicy, p.namespaceQuota],
    ...[p.storageSpaceQuota, p.storageType],
  ],
  POST: [...[p.delegation, p.user, p.doAs, p.sources, p.bufferSize, p.excludeDatanodes, p.newLength, p.noRedirect]],
  DELETE: [p.delegation, p.user, p.doAs, p.recursive, p.snapshotName],
};

/** What stands before `op` in every signature: wrong values of these are told of first. */
export const BEFORE_OP = 3;

/** What the datanode's half of an operation reads besides its own parameters. */
export const datanodeOnly: readonly Parameter<unknown>[] = [p.namenodeAddress, p.stateId];
