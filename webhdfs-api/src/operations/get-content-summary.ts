import { isFailure } from '@rfs/base/failure';
import { contentSummaryJson, contentSummaryReply } from '../replies/index.js';
import { json, type MetadataOperation } from './operation.js';

export const getContentSummary: MetadataOperation = {
  kind: 'metadata',
  name: 'GETCONTENTSUMMARY',
  method: 'GET',
  summary: 'What a file is or a directory holds, all levels together.',
  parameters: [],
  reply: contentSummaryReply.schema,
  async run({ path, ask }) {
    const found = await ask('getContentSummary', { path });
    return isFailure(found) ? found : json(contentSummaryReply, contentSummaryJson(found.summary));
  },
};
