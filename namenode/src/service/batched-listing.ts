import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { crc32c } from '@rfs/base/checksum';
import { type Failure, isFailure } from '@rfs/base/failure';
import { failure, javaClassOf } from '@rfs/protocol/exceptions';
import type {
  BatchedDirectoryListingProto,
  DirectoryListingProto,
  GetBatchedListingRequestProto,
  GetBatchedListingResponseProto,
} from '@rfs/protocol/messages';

const NO_BYTES = new Uint8Array(0);

/** A page of one of the paths behind the entry `after`; undefined when nothing is there. */
export type ListPath = (path: string, after: string) => DirectoryListingProto | undefined | Failure;

interface Position {
  readonly path: number;
  readonly after: string;
}

/**
 * Pages of several directories in one answer, until it has `limit` entries; more than `maxPaths` are refused. Each path has its refusal to itself. The
 * place to go on from is opaque to clients and bound to the paths by a checksum (FSNamesystem.getBatchedListing).
 */
export function batchedListing(
  request: GetBatchedListingRequestProto,
  maxPaths: number,
  limit: number,
  list: ListPath,
): GetBatchedListingResponseProto | Failure {
  const { paths } = request;
  if (paths.length > maxPaths) {
    return failure('IllegalArgumentException', `Too many source paths (${paths.length} > ${maxPaths})`);
  }
  const start = readPosition(paths, request.startAfter);
  if (isFailure(start)) return start;
  const listings: BatchedDirectoryListingProto[] = [];
  let entries = 0;
  for (let at = start.path; at < paths.length; at++) {
    const path = paths[at] as string;
    const page = list(path, at === start.path ? start.after : '') ?? noSuchPath(path);
    if (isFailure(page)) {
      const exception = { className: javaClassOf(page.code), message: page.message };
      listings.push({ partialListing: [], parentIdx: at, exception });
      continue;
    }
    const { partialListing, remainingEntries } = page;
    listings.push({ partialListing, parentIdx: at, exception: undefined });
    entries += partialListing.length;
    if (remainingEntries > 0) {
      const last = partialListing.at(-1)?.path ?? NO_BYTES;
      return { listings, hasMore: true, startAfter: writePosition(paths, at, last) };
    }
    if (entries >= limit && at + 1 < paths.length) {
      return { listings, hasMore: true, startAfter: writePosition(paths, at + 1, NO_BYTES) };
    }
  }
  return { listings, hasMore: false, startAfter: NO_BYTES };
}

function noSuchPath(path: string): Failure {
  return failure('FileNotFoundException', `Path ${path} does not exist`);
}

function checksum(paths: readonly string[]): number {
  return crc32c(Buffer.from(paths.join('\0'), 'utf8'));
}

function writePosition(paths: readonly string[], path: number, after: Uint8Array): Uint8Array {
  const writer = new ByteWriter(16 + after.length);
  writer.uint32(checksum(paths));
  writer.uint32(path);
  writer.bytes(after);
  return writer.copy();
}

function readPosition(paths: readonly string[], bytes: Uint8Array): Position | Failure {
  if (bytes.length === 0) return { path: 0, after: '' };
  try {
    const reader = new ByteReader(bytes);
    if (reader.uint32() === checksum(paths)) return { path: reader.uint32(), after: reader.utf8(reader.remaining) };
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  return failure('IllegalArgumentException', 'The listing was begun with other paths');
}
