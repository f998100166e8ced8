import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { parameters } from '../parameters/index.js';
import { DONE, type MetadataOperation } from './operation.js';

export const setOwner: MetadataOperation = {
  kind: 'metadata',
  name: 'SETOWNER',
  method: 'PUT',
  summary: 'Sets owner, group or both.',
  parameters: [parameters.group, parameters.owner],
  reply: undefined,
  async run({ path, query, ask }) {
    const username = query.get(parameters.owner);
    const groupname = query.get(parameters.group);
    if (username === undefined && groupname === undefined) {
      return failure('IllegalArgumentException', 'Both owner and group are empty.');
    }
    const found = await ask('setOwner', { src: path, username, groupname });
    return isFailure(found) ? found : DONE;
  },
};
