import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { json, type MetadataOperation } from './operation.js';
import { booleanReply } from './values.js';

export const setReplication: MetadataOperation = {
  kind: 'metadata',
  name: 'SETREPLICATION',
  method: 'PUT',
  summary: 'Sets how many replicas a file has; false for anything but a file.',
  parameters: [parameters.replication],
  reply: booleanReply.schema,
  async run({ path, query, defaults, ask }) {
    const replication = query.get(parameters.replication) ?? defaults.replication;
    const found = await ask('setReplication', { src: path, replication });
    return isFailure(found) ? found : json(booleanReply, found.result);
  },
};
