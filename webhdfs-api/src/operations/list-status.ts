import { type Failure, FailureError, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DirectoryListingProto } from '@rfs/protocol/messages';
import { fileStatusesReply, LISTING_HEAD, LISTING_TAIL, listingLines } from '../replies/index.js';
import type { MetadataOperation, Question } from './operation.js';

/** One page of a directory behind the name `startAfter`; FileNotFoundException when nothing is there. */
export async function listPage(question: Question, startAfter: Uint8Array): Promise<DirectoryListingProto | Failure> {
  const { path } = question;
  const found = await question.ask('getListing', { src: path, startAfter, needLocation: false });
  if (isFailure(found)) return found;
  return found.dirList ?? failure('FileNotFoundException', `File ${path} does not exist.`);
}

/** The listing, page after page as the client takes it. An error behind the first page cuts the answer off. */
async function* linesFrom(question: Question, first: DirectoryListingProto): AsyncGenerator<string, void> {
  yield LISTING_HEAD + listingLines(first.partialListing, true);
  let page = first;
  while (page.remainingEntries > 0 && page.partialListing.length > 0) {
    const next = await listPage(question, page.partialListing.at(-1)!.path);
    if (isFailure(next)) throw new FailureError(next);
    yield listingLines(next.partialListing, false);
    page = next;
  }
  yield LISTING_TAIL;
}

export const listStatus: MetadataOperation = {
  kind: 'metadata',
  name: 'LISTSTATUS',
  method: 'GET',
  summary: 'What is in a directory, all of it; a file lists itself.',
  parameters: [],
  reply: fileStatusesReply.schema,
  async run(question) {
    const first = await listPage(question, new Uint8Array(0));
    if (isFailure(first)) return first;
    if (first.remainingEntries > 0) return { kind: 'pages', pages: linesFrom(question, first) };
    return { kind: 'json', json: LISTING_HEAD + listingLines(first.partialListing, true) + LISTING_TAIL };
  },
};
