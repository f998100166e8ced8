import { ByteReader } from '@rfs/base/bytes';
import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import {
  type DirectoryListingProto,
  decodeGetListingResponseProto,
  type GetListingResponseProto,
  type HdfsFileStatusProto,
  OpenFilesTypeProto,
} from '@rfs/protocol/messages';
import type { CallContext, ReplySink } from '@rfs/protocol/service';
import {
  type Access,
  type ContentSummary,
  checkSuperuser,
  Directory,
  type FileStatus,
  getAccess,
  getBlocksOfInode,
  getContentSummary,
  getFileBlocks,
  getFileInfo,
  getLinkTarget,
  getPreferredBlockSize,
  InodeKind,
  isFileClosed,
  listEntries,
  listOpenFiles,
  openListing,
} from '../namespace/index.js';
import { batchedListing, type ListPath } from './batched-listing.js';
import { type LocationSource, locatedBlocks } from './convert/located-blocks.js';
import { statusMessage } from './convert/statuses.js';
import { type Handlers, SCAN_ENTRIES, type ServiceParts } from './handlers.js';

/** Answers with what a read found, or with its refusal. */
function answer<Found, Response>(
  sink: ReplySink<Response>,
  found: Found | Failure,
  respond: (found: Found) => Response,
): void {
  if (isFailure(found)) sink.fail(found);
  else sink.reply(respond(found));
}

/** How locations are ordered and written for this caller. */
function locationSource(parts: ServiceParts, context: CallContext): LocationSource {
  return {
    blocks: parts.blocks,
    poolId: parts.poolId(),
    clock: { wallMinusMonotonicMs: parts.clock.nowMs() - parts.clock.monotonicMs() },
    reader: parts.blocks.locate(context.clientAddress, context.clientAddress),
    leads: parts.proposer.leading,
  };
}

/** A status with the file's blocks, as getListing(needLocation) and getLocatedFileInfo give it. */
function locatedStatus(parts: ServiceParts, source: LocationSource, status: FileStatus): HdfsFileStatusProto | Failure {
  if (status.kind !== InodeKind.FILE) return statusMessage(status);
  const found = getBlocksOfInode(parts.machine.tree, status.id);
  if (found === undefined) return statusMessage(status);
  const located = locatedBlocks(source, found);
  return isFailure(located) ? located : statusMessage(status, located);
}

/** A page with locations: it ends when it holds as many replicas as it may have entries (FSDirStatAndListingOp). */
function locatedPage(
  parts: ServiceParts,
  context: CallContext,
  directory: Directory,
  after: string,
): DirectoryListingProto | Failure {
  const limit = parts.config.listingLimit;
  const page = listEntries(parts.machine.tree, directory, after, limit, limit);
  const source = locationSource(parts, context);
  const entries: HdfsFileStatusProto[] = [];
  for (const status of page.entries) {
    const entry = locatedStatus(parts, source, status);
    if (isFailure(entry)) return entry;
    entries.push(entry);
  }
  return { partialListing: entries, remainingEntries: page.remaining };
}

/** A page of a directory behind the name `after`, or a file's own entry. */
function page(
  parts: ServiceParts,
  context: CallContext,
  found: Directory | FileStatus,
  after: string,
  located: boolean,
): DirectoryListingProto | Failure {
  if (!(found instanceof Directory)) {
    const entry = located ? locatedStatus(parts, locationSource(parts, context), found) : statusMessage(found);
    return isFailure(entry) ? entry : { partialListing: [entry], remainingEntries: 0 };
  }
  return located ? locatedPage(parts, context, found, after) : plainPage(parts, found, after);
}

function plainPage(parts: ServiceParts, directory: Directory, after: string): DirectoryListingProto {
  const listed = listEntries(parts.machine.tree, directory, after, parts.config.listingLimit);
  return {
    partialListing: listed.entries.map((status) => statusMessage(status)),
    remainingEntries: listed.remaining,
  };
}

/** The first page without locations, which is almost every listing, goes out in the bytes in which it was kept. */
function answerFirstPage(parts: ServiceParts, directory: Directory, sink: ReplySink<GetListingResponseProto>): void {
  const { pages, machine } = parts;
  const bytes = pages.find(directory) ?? pages.keep(directory, { dirList: plainPage(parts, directory, '') });
  if (sink.replyBytes !== undefined) sink.replyBytes(bytes, machine.appliedIndex);
  else sink.reply(decodeGetListingResponseProto(new ByteReader(bytes), bytes.length));
}

function summaryMessage(summary: ContentSummary) {
  return {
    summary: {
      length: summary.lengthBytes,
      fileCount: summary.fileCount,
      directoryCount: summary.directoryCount,
      quota: summary.namespaceQuota,
      spaceConsumed: summary.spaceBytes,
      spaceQuota: summary.spaceQuota,
      typeQuotaInfos: undefined,
      snapshotLength: 0,
      snapshotFileCount: 0,
      snapshotDirectoryCount: 0,
      snapshotSpaceConsumed: 0,
      // What HDFS says of a file that is not erasure coded; of a directory without a policy it says nothing.
      erasureCodingPolicy: summary.directoryCount === 0 && summary.fileCount === 1 ? 'Replicated' : '',
    },
  };
}

function usageMessage(sums: ContentSummary) {
  return {
    usage: {
      fileAndDirectoryCount: sums.fileCount + sums.directoryCount,
      quota: sums.namespaceQuota,
      spaceConsumed: sums.spaceBytes,
      spaceQuota: sums.spaceQuota,
      typeQuotaInfos: undefined,
    },
  };
}

/** Answers with sums, after the scan of everything below where the caller's rights ask for one. */
function answerAfterScan<Response>(
  parts: ServiceParts,
  sink: ReplySink<Response>,
  found: ReturnType<typeof getContentSummary>,
  respond: (summary: ContentSummary) => Response,
): void {
  if (isFailure(found) || !('scan' in found)) {
    answer(sink, found, respond);
    return;
  }
  const { scan, summary } = found;
  parts.slices.add({
    step: () => {
      if (!scan.step(SCAN_ENTRIES)) return false;
      answer(sink, scan.refusal ?? summary, respond);
      return true;
    },
  });
}

/** Calls about files that change nothing. */
export const reads: Handlers = {
  getFileInfo: (parts, request, _context, caller, sink) => {
    const status = getFileInfo(parts.machine.tree, caller, request.src);
    if (isFailure(status)) sink.fail(status);
    else sink.reply({ fs: status === undefined ? undefined : statusMessage(status) });
  },

  getFileLinkInfo: (parts, request, _context, caller, sink) => {
    const status = getFileInfo(parts.machine.tree, caller, request.src, false);
    if (isFailure(status)) sink.fail(status);
    else sink.reply({ fs: status === undefined ? undefined : statusMessage(status) });
  },

  getLocatedFileInfo: (parts, request, context, caller, sink) => {
    const status = getFileInfo(parts.machine.tree, caller, request.src ?? '');
    if (isFailure(status)) sink.fail(status);
    else if (status === undefined) sink.reply({ fs: undefined });
    else answer(sink, locatedStatus(parts, locationSource(parts, context), status), (fs) => ({ fs }));
  },

  getBlockLocations: (parts, request, context, caller, sink) => {
    const { src, offset, length } = request;
    if (offset < 0 || length < 0) {
      const what = offset < 0 ? 'offset' : 'length';
      sink.fail(failure('HadoopIllegalArgumentException', `Negative ${what} is not supported. File: ${src}`));
      return;
    }
    const found = getFileBlocks(parts.machine.tree, caller, src, offset, length);
    if (isFailure(found)) {
      sink.fail(found);
      return;
    }
    parts.accessTimes.touch(found.file);
    answer(sink, locatedBlocks(locationSource(parts, context), found), (locations) => ({ locations }));
  },

  getListing: (parts, request, context, caller, sink) => {
    const found = openListing(parts.machine.tree, caller, request.src);
    if (isFailure(found)) sink.fail(found);
    else if (found === undefined) sink.reply({ dirList: undefined });
    else if (found instanceof Directory && request.startAfter.length === 0 && !request.needLocation) {
      answerFirstPage(parts, found, sink);
    } else {
      const after = Buffer.from(request.startAfter).toString('utf8');
      answer(sink, page(parts, context, found, after, request.needLocation), (dirList) => ({ dirList }));
    }
  },

  getBatchedListing: (parts, request, context, caller, sink) => {
    const list: ListPath = (path, after) => {
      const found = openListing(parts.machine.tree, caller, path);
      if (found === undefined || isFailure(found)) return found;
      return page(parts, context, found, after, request.needLocation);
    };
    answer(
      sink,
      batchedListing(request, parts.config.batchedListingLimit, parts.config.listingLimit, list),
      (found) => found,
    );
  },

  isFileClosed: (parts, request, _context, caller, sink) =>
    answer(sink, isFileClosed(parts.machine.tree, caller, request.src), (result) => ({ result })),

  getPreferredBlockSize: (parts, request, _context, caller, sink) =>
    answer(sink, getPreferredBlockSize(parts.machine.tree, caller, request.filename), (bsize) => ({ bsize })),

  checkAccess: (parts, request, _context, caller, sink) =>
    answer(sink, getAccess(parts.machine.tree, caller, request.path, request.mode as Access), () => ({})),

  getLinkTarget: (parts, request, _context, caller, sink) =>
    answer(sink, getLinkTarget(parts.machine.tree, caller, request.path), (targetPath) => ({ targetPath })),

  getContentSummary: (parts, request, _context, caller, sink) => {
    const found = getContentSummary(parts.machine.tree, parts.machine.tree.store, caller, request.path);
    answerAfterScan(parts, sink, found, summaryMessage);
  },

  getQuotaUsage: (parts, request, _context, caller, sink) => {
    const { tree } = parts.machine;
    answerAfterScan(
      parts,
      sink,
      getContentSummary(tree, tree.store, caller, request.path, 'File/Directory'),
      usageMessage,
    );
  },

  listOpenFiles: (parts, request, _context, caller, sink) => {
    const denied = checkSuperuser(caller);
    if (denied !== undefined) {
      sink.fail(denied);
      return;
    }
    const under = request.path ?? '/';
    const wanted = request.types.includes(OpenFilesTypeProto.ALL_OPEN_FILES) ? undefined : blockingFiles(parts);
    const open = listOpenFiles(parts.machine.tree, parts.machine.leases)
      .filter((file) => file.id > request.id && file.path.startsWith(under) && wanted?.has(file.id) !== false)
      .sort((a, b) => a.id - b.id);
    const page = open.slice(0, parts.config.listingLimit);
    sink.reply({
      entries: page.map((file) => ({
        id: file.id,
        path: file.path,
        clientName: file.holder,
        clientMachine: file.clientMachine,
      })),
      hasMore: open.length > page.length,
      types: request.types,
    });
  },
};

/** Files whose last block holds back a datanode that is to leave (FSNamesystem.getFilesBlockingDecom). */
function blockingFiles({ blocks }: ServiceParts): ReadonlySet<number> {
  const files = new Set<number>();
  for (const { leaving } of blocks.datanodeReport('ALL')) for (const id of leaving?.openFiles ?? []) files.add(id);
  return files;
}
