import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { json, type MetadataOperation } from './operation.js';
import { booleanReply } from './values.js';

export const deletePath: MetadataOperation = {
  kind: 'metadata',
  name: 'DELETE',
  method: 'DELETE',
  summary: 'Deletes a file or directory; false when nothing is there.',
  parameters: [parameters.recursive],
  reply: booleanReply.schema,
  async run({ path, query, ask }) {
    const found = await ask('delete', { src: path, recursive: query.get(parameters.recursive) });
    return isFailure(found) ? found : json(booleanReply, found.result);
  },
};
