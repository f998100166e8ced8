import { type Failure, isFailure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import type { CallContext, ClientMethod, ReplySink } from '@rfs/protocol/service';
import { type Caller, checkSuperuser, getFileInfo, getReadable } from '../namespace/index.js';
import type { Handler, Handlers, ServiceParts } from './handlers.js';

/**
 * Calls about what an inode may have besides its mode: access control lists, extended attributes, encryption, erasure
 * coding, caching and snapshots. None is offered, so questions are answered as by an HDFS in which nobody has used the
 * feature, and attempts to use it are refused as by one in which it is switched off.
 */

const NOTHING = {};

/** FSDirAclOp.checkAclsConfigFlag */
const noAcls = (): Failure<ExceptionCode> =>
  failure(
    'AclException',
    'The ACL operation has been rejected.  Support for ACLs has been disabled by setting ' +
      'dfs.namenode.acls.enabled to false.',
  );

/** FSDirXAttrOp.checkXAttrsConfigFlag */
const noXAttrs = (): Failure<ExceptionCode> =>
  failure(
    'IOException',
    'The XAttr operation has been rejected.  Support for XAttrs has been disabled by setting ' +
      'dfs.namenode.xattrs.enabled to false.',
  );

function refuse(refusal: () => Failure) {
  return (_parts: ServiceParts, _request: unknown, _context: CallContext, _caller: Caller, sink: ReplySink<never>) =>
    sink.fail(refusal());
}

/** Answers the same for whatever the caller may read. */
function sameForAll<M extends ClientMethod>(
  pathOf: (request: Parameters<Handler<M>>[1]) => string,
  missing: (path: string) => string,
  response: Parameters<Parameters<Handler<M>>[4]['reply']>[0],
): Handler<M> {
  return (parts, request, _context, caller, sink) => {
    const path = pathOf(request);
    const found = getReadable(parts.machine.tree, caller, path, missing(path));
    if (isFailure(found)) sink.fail(found);
    else sink.reply(response);
  };
}

const cannotFind = (path: string): string => `cannot find ${path}`;

export const attributes: Handlers = {
  // A list without entries stands for the mode alone.
  getAclStatus: (parts, request, _context, caller, sink) => {
    const status = getFileInfo(parts.machine.tree, caller, request.src);
    if (isFailure(status)) sink.fail(status);
    else if (status === undefined) sink.fail(failure('FileNotFoundException', cannotFind(request.src)));
    else {
      const { owner, group, mode } = status;
      const sticky = (mode & 0o1000) !== 0;
      sink.reply({ result: { owner, group, sticky, entries: [], permission: { perm: mode } } });
    }
  },
  modifyAclEntries: refuse(noAcls),
  removeAclEntries: refuse(noAcls),
  removeDefaultAcl: refuse(noAcls),
  removeAcl: refuse(noAcls),
  setAcl: refuse(noAcls),

  getXAttrs: (parts, request, _context, caller, sink) => {
    const found = getReadable(parts.machine.tree, caller, request.src, cannotFind(request.src));
    if (isFailure(found)) sink.fail(found);
    else if (request.xAttrs.length === 0) sink.reply({ xAttrs: [] });
    else {
      const text = 'At least one of the attributes provided was not found.';
      sink.fail(failure('XAttrNotFoundException', text));
    }
  },
  listXAttrs: sameForAll<'listXAttrs'>((request) => request.src, cannotFind, { xAttrs: [] }),
  setXAttr: refuse(noXAttrs),
  removeXAttr: refuse(noXAttrs),

  getEZForPath: (parts, request, _context, caller, sink) => {
    const refusal = mayNotSee(parts, caller, request.src);
    if (refusal === undefined) sink.reply({ zone: undefined });
    else sink.fail(refusal);
  },
  getEnclosingRoot: (parts, request, _context, caller, sink) => {
    const refusal = mayNotSee(parts, caller, request.filename ?? '');
    if (refusal === undefined) sink.reply({ enclosingRootPath: '/' });
    else sink.fail(refusal);
  },
  listEncryptionZones: (_parts, _request, _context, caller, sink) => {
    const denied = checkSuperuser(caller);
    if (denied === undefined) sink.reply({ zones: [], hasMore: false });
    else sink.fail(denied);
  },

  getErasureCodingPolicy: sameForAll<'getErasureCodingPolicy'>(
    (request) => request.src,
    (path) => `Path not found: ${path}`,
    { ecPolicy: undefined },
  ),
  getErasureCodingPolicies: (_parts, _request, _context, _caller, sink) => sink.reply({ ecPolicies: [] }),
  getErasureCodingCodecs: (_parts, _request, _context, _caller, sink) => sink.reply({ codec: [] }),

  getSnapshottableDirListing: (_parts, _request, _context, _caller, sink) => sink.reply(NOTHING),
  listCacheDirectives: (_parts, _request, _context, _caller, sink) => sink.reply({ elements: [], hasMore: false }),
  listCachePools: (_parts, _request, _context, _caller, sink) => sink.reply({ entries: [], hasMore: false }),

  // FileSystem.areSymlinksEnabled is false in every HDFS but one under test.
  createSymlink: refuse(() => failure('UnsupportedOperationException', 'Symlinks not supported')),

  // As with dfs.storage.policy.satisfier.mode at "none", its default.
  satisfyStoragePolicy: refuse(() =>
    failure(
      'UnsupportedActionException',
      'Cannot request to satisfy storage policy when storage policy satisfier feature has been disabled by admin. ' +
        'Seek for an admin help to enable it or use Mover tool.',
    ),
  ),
};

/** The refusal to a caller who may not read what is at the path; that nothing is there is none. */
function mayNotSee(parts: ServiceParts, caller: Caller, path: string): Failure | undefined {
  const found = getReadable(parts.machine.tree, caller, path, '');
  return isFailure(found) && found.code !== 'FileNotFoundException' ? found : undefined;
}
