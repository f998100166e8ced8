import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { json, type MetadataOperation } from './operation.js';
import { booleanReply } from './values.js';

export const truncate: MetadataOperation = {
  kind: 'metadata',
  name: 'TRUNCATE',
  method: 'POST',
  summary: 'Cuts a file; false when its last block is being recovered first.',
  parameters: [parameters.newLength],
  required: [parameters.newLength],
  reply: booleanReply.schema,
  async run({ path, query, clientName, ask }) {
    const newLength = query.get(parameters.newLength) ?? 0;
    const found = await ask('truncate', { src: path, newLength, clientName: clientName() });
    return isFailure(found) ? found : json(booleanReply, found.result);
  },
};
