import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { DONE, type MetadataOperation } from './operation.js';

export const setTimes: MetadataOperation = {
  kind: 'metadata',
  name: 'SETTIMES',
  method: 'PUT',
  summary: 'Sets the times of modification and access.',
  parameters: [parameters.accessTime, parameters.modificationTime],
  reply: undefined,
  async run({ path, query, ask }) {
    const mtime = query.get(parameters.modificationTime);
    const found = await ask('setTimes', { src: path, mtime, atime: query.get(parameters.accessTime) });
    return isFailure(found) ? found : DONE;
  },
};
