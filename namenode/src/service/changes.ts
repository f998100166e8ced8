import type { Failure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import {
  type CallContext,
  type ClientMethod,
  methodTable,
  type RequestOf,
  type ResponseOf,
} from '@rfs/protocol/service';
import { storagePolicyByName } from '../blocks/index.js';
import {
  CommandKind,
  type CommandMessage,
  checkPathLength,
  type FileStatus,
  scanBeforeRemoval,
} from '../namespace/index.js';
import { statusMessage } from './convert/statuses.js';
import { type Handler, type Handlers, SCAN_ENTRIES, type ServiceParts } from './handlers.js';
import { Outcome } from './proposer.js';

/** How one call becomes one command and its result one answer; the rest is the same for all of them. */
interface SimpleChange<M extends ClientMethod, K extends CommandKind> {
  readonly kind: K;
  /** What is refused during startup safe mode, in HDFS's words. */
  readonly what: (request: RequestOf<M>) => string;
  /** Refuses at the door what no log entry is needed for. */
  readonly check?: (request: RequestOf<M>) => Failure | undefined;
  readonly command: (request: RequestOf<M>, parts: ServiceParts, context: CallContext) => CommandMessage<K>;
  readonly respond: (result: never) => ResponseOf<M>;
}

const NOTHING = {};
const nothing = (): typeof NOTHING => NOTHING;
const verdict = (result: boolean): { result: boolean } => ({ result });

/** -1 stands for "leave as it is" in setTimes. */
const given = (timeMs: number): number | undefined => (timeMs < 0 ? undefined : timeMs);

const create: SimpleChange<'create', typeof CommandKind.CREATE> = {
  kind: CommandKind.CREATE,
  what: (request) => `Cannot create file${request.src}`,
  check: (request) =>
    checkPathLength(request.src, 'create') ??
    checkReplicated(request.ecPolicyName) ??
    (request.storagePolicy ? checkPolicyName(request.storagePolicy) : undefined),
  command: (request, parts, { receivedMs }) => {
    parts.leases.renew(request.clientName, receivedMs ?? parts.clock.monotonicMs());
    return {
      path: request.src,
      mode: request.masked.perm,
      clientName: request.clientName,
      flags: request.createFlag,
      createParent: request.createParent,
      replication: request.replication,
      blockSizeBytes: request.blockSize,
      expiredHolder: parts.openFiles.expiredHolder(request.src),
      storagePolicy: request.storagePolicy ? storagePolicyByName(request.storagePolicy)?.id : undefined,
    };
  },
  respond: (status: FileStatus) => ({ fs: statusMessage(status) }),
};

/** Erasure coding is not offered: a policy by name is unknown, the replicated default is named by none. */
function checkReplicated(policy: string | undefined): Failure | undefined {
  if (policy === undefined || policy === '' || policy === 'replication') return undefined;
  return failure(
    'HadoopIllegalArgumentException',
    `Policy '${policy}' does not match any enabled erasure coding policies: [].`,
  );
}

const mkdirs: SimpleChange<'mkdirs', typeof CommandKind.MKDIRS> = {
  kind: CommandKind.MKDIRS,
  what: (request) => `Cannot create directory ${request.src}`,
  check: (request) => checkPathLength(request.src, 'mkdirs'),
  command: (request) => ({ path: request.src, mode: request.masked.perm, createParent: request.createParent }),
  respond: verdict,
};

const rename: SimpleChange<'rename', typeof CommandKind.RENAME> = {
  kind: CommandKind.RENAME,
  what: (request) => `Cannot rename ${request.src}`,
  check: (request) => checkPathLength(request.dst, 'rename'),
  command: (request) => ({ source: request.src, destination: request.dst }),
  respond: verdict,
};

const rename2: SimpleChange<'rename2', typeof CommandKind.RENAME2> = {
  kind: CommandKind.RENAME2,
  what: (request) => `Cannot rename ${request.src}`,
  check: (request) => checkPathLength(request.dst, 'rename'),
  command: (request) => ({
    source: request.src,
    destination: request.dst,
    overwrite: request.overwriteDest,
    toTrash: request.moveToTrash ?? false,
  }),
  respond: nothing,
};

/**
 * A caller who is no superuser must be allowed to remove everything below. For a large tree that is found out here, in
 * slices, before the command; small ones are judged when it is applied.
 */
const remove: Handler<'delete'> = (parts, request, context, caller, sink) => {
  const { src, recursive } = request;
  const refusal = parts.checkStartup(() => `Cannot delete ${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const propose = (subtreeChecked: boolean): void => {
    const command = { path: src, recursive, subtreeChecked };
    parts.proposer.propose(CommandKind.DELETE, command, caller, context, true, new Outcome(sink, verdict));
  };
  const { tree } = parts.machine;
  const scan = recursive ? scanBeforeRemoval(tree, tree.store, caller, src) : undefined;
  if (scan === undefined) {
    propose(false);
    return;
  }
  parts.slices.add({
    step: () => {
      if (!scan.step(SCAN_ENTRIES)) return false;
      if (scan.refusal === undefined) propose(true);
      else sink.fail(scan.refusal);
      return true;
    },
  });
};

const concat: SimpleChange<'concat', typeof CommandKind.CONCAT> = {
  kind: CommandKind.CONCAT,
  what: (request) => `Cannot concat ${request.trg}`,
  command: (request) => ({ target: request.trg, sources: request.srcs }),
  respond: nothing,
};

const setPermission: SimpleChange<'setPermission', typeof CommandKind.SET_PERMISSION> = {
  kind: CommandKind.SET_PERMISSION,
  what: (request) => `Cannot set permission for ${request.src}`,
  command: (request) => ({ path: request.src, mode: request.permission.perm }),
  respond: nothing,
};

const setOwner: SimpleChange<'setOwner', typeof CommandKind.SET_OWNER> = {
  kind: CommandKind.SET_OWNER,
  what: (request) => `Cannot set owner for ${request.src}`,
  command: (request) => ({
    path: request.src,
    owner: request.username === '' ? undefined : request.username,
    group: request.groupname === '' ? undefined : request.groupname,
  }),
  respond: nothing,
};

const setReplication: SimpleChange<'setReplication', typeof CommandKind.SET_REPLICATION> = {
  kind: CommandKind.SET_REPLICATION,
  what: (request) => `Cannot set replication for ${request.src}`,
  command: (request) => ({ path: request.src, replication: request.replication }),
  respond: verdict,
};

const setTimes: SimpleChange<'setTimes', typeof CommandKind.SET_TIMES> = {
  kind: CommandKind.SET_TIMES,
  what: (request) => `Cannot set times ${request.src}`,
  command: (request) => ({
    path: request.src,
    modificationTimeMs: given(request.mtime),
    accessTimeMs: given(request.atime),
  }),
  respond: nothing,
};

/** HdfsConstants.QUOTA_DONT_SET (Long.MAX_VALUE as a number): the quota stays as it is. */
const QUOTA_DONT_SET = 2 ** 63;
/** HdfsConstants.QUOTA_RESET: the quota is taken away. */
const QUOTA_RESET = -1;

const givenQuota = (quota: number): number | undefined => (quota === QUOTA_DONT_SET ? undefined : quota);
/** Java's text of a long that was read as a number. */
const longText = (value: number): string => (value >= 2 ** 63 ? '9223372036854775807' : String(value));

const setQuota: SimpleChange<'setQuota', typeof CommandKind.SET_QUOTA> = {
  kind: CommandKind.SET_QUOTA,
  what: (request) => `Cannot set quota on ${request.path}`,
  check: checkQuota,
  command: (request) => ({
    path: request.path,
    namespaceQuota: givenQuota(request.namespaceQuota),
    spaceQuotaBytes: givenQuota(request.storagespaceQuota),
  }),
  respond: nothing,
};

/** Quotas by storage type are as on an HDFS where they are switched off (dfs.quota.by.storage.type.enabled). */
function checkQuota(request: RequestOf<'setQuota'>): Failure<ExceptionCode> | undefined {
  const { namespaceQuota, storagespaceQuota, storageType } = request;
  if (namespaceQuota < QUOTA_RESET || storagespaceQuota < QUOTA_RESET) {
    const text = `Illegal value for nsQuota or ssQuota : ${longText(namespaceQuota)} and ${longText(storagespaceQuota)}`;
    return failure('IllegalArgumentException', text);
  }
  if (storageType === undefined) return undefined;
  return failure(
    'UnsupportedActionException',
    'Failed to set quota by storage type because either dfs.quota.by.storage.type.enabled is set to false ' +
      `or nsQuota value is illegal ${longText(namespaceQuota)}`,
  );
}

const setStoragePolicy: SimpleChange<'setStoragePolicy', typeof CommandKind.SET_STORAGE_POLICY> = {
  kind: CommandKind.SET_STORAGE_POLICY,
  what: (request) => `Cannot set storage policy for ${request.src}`,
  check: (request) => checkPolicyName(request.policyName),
  command: (request) => ({ path: request.src, policyId: storagePolicyByName(request.policyName)?.id ?? 0 }),
  respond: nothing,
};

const unsetStoragePolicy: SimpleChange<'unsetStoragePolicy', typeof CommandKind.SET_STORAGE_POLICY> = {
  kind: CommandKind.SET_STORAGE_POLICY,
  what: (request) => `Cannot unset storage policy for ${request.src}`,
  command: (request) => ({ path: request.src, policyId: 0 }),
  respond: nothing,
};

function checkPolicyName(name: string): Failure<ExceptionCode> | undefined {
  if (storagePolicyByName(name) !== undefined) return undefined;
  return failure('HadoopIllegalArgumentException', `Cannot find a block policy with the name ${name}`);
}

function handle<M extends ClientMethod, K extends CommandKind>(method: M, change: SimpleChange<M, K>): Handler<M> {
  const once = methodTable[method].retry !== 'repeatable';
  const { kind, what, check, command: commandOf, respond } = change;
  return (parts, request, context, caller, sink) => {
    const refusal = check?.(request) ?? parts.checkStartup(() => what(request));
    if (refusal !== undefined) {
      sink.fail(refusal);
      return;
    }
    const command = commandOf(request, parts, context);
    parts.proposer.propose(kind, command, caller, context, once, new Outcome(sink, respond));
  };
}

/** Changes that are one command each, judged by the namespace alone. */
export const simpleChanges: Handlers = {
  create: handle('create', create),
  mkdirs: handle('mkdirs', mkdirs),
  rename: handle('rename', rename),
  rename2: handle('rename2', rename2),
  delete: remove,
  concat: handle('concat', concat),
  setPermission: handle('setPermission', setPermission),
  setOwner: handle('setOwner', setOwner),
  setReplication: handle('setReplication', setReplication),
  setTimes: handle('setTimes', setTimes),
  setQuota: handle('setQuota', setQuota),
  setStoragePolicy: handle('setStoragePolicy', setStoragePolicy),
  unsetStoragePolicy: handle('unsetStoragePolicy', unsetStoragePolicy),
};
