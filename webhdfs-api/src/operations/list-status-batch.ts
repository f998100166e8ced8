import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { directoryListingReply, fileStatusJson } from '../replies/index.js';
import { listPage } from './list-status.js';
import { json, type MetadataOperation } from './operation.js';

export const listStatusBatch: MetadataOperation = {
  kind: 'metadata',
  name: 'LISTSTATUS_BATCH',
  method: 'GET',
  summary: 'One page of a directory.',
  parameters: [parameters.startAfter],
  reply: directoryListingReply.schema,
  async run(question) {
    const page = await listPage(question, Buffer.from(question.query.get(parameters.startAfter) ?? '', 'utf8'));
    if (isFailure(page)) return page;
    const { partialListing, remainingEntries } = page;
    return json(directoryListingReply, { partialListing: partialListing.map(fileStatusJson), remainingEntries });
  },
};
