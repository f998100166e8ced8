import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { DONE, type MetadataOperation } from './operation.js';
import { DEFAULT_FOLDER_MODE } from './values.js';

export const setPermission: MetadataOperation = {
  kind: 'metadata',
  name: 'SETPERMISSION',
  method: 'PUT',
  summary: 'Sets the permission bits.',
  parameters: [parameters.permission],
  reply: undefined,
  async run({ path, query, ask }) {
    const perm = query.get(parameters.permission) ?? DEFAULT_FOLDER_MODE;
    const found = await ask('setPermission', { src: path, permission: { perm } });
    return isFailure(found) ? found : DONE;
  },
};
