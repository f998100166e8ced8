import { isFailure } from '@rfs/base/failure';
import { fsStatusJson, fsStatusReply } from '../replies/index.js';
import { json, type MetadataOperation } from './operation.js';

export const getStatus: MetadataOperation = {
  kind: 'metadata',
  name: 'GETSTATUS',
  method: 'GET',
  summary: 'How full the file system is.',
  parameters: [],
  reply: fsStatusReply.schema,
  async run({ ask }) {
    const found = await ask('getFsStats', {});
    return isFailure(found) ? found : json(fsStatusReply, fsStatusJson(found));
  },
};
