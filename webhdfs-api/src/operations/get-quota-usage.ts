import { isFailure } from '@rfs/base/failure';
import { quotaUsageJson, quotaUsageReply } from '../replies/index.js';
import { json, type MetadataOperation } from './operation.js';

export const getQuotaUsage: MetadataOperation = {
  kind: 'metadata',
  name: 'GETQUOTAUSAGE',
  method: 'GET',
  summary: "What a directory's quotas count.",
  parameters: [],
  reply: quotaUsageReply.schema,
  async run({ path, ask }) {
    const found = await ask('getQuotaUsage', { path });
    return isFailure(found) ? found : json(quotaUsageReply, quotaUsageJson(found.usage));
  },
};
