import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { json, type MetadataOperation } from './operation.js';
import { booleanReply, DEFAULT_FOLDER_MODE } from './values.js';

export const mkdirs: MetadataOperation = {
  kind: 'metadata',
  name: 'MKDIRS',
  method: 'PUT',
  summary: 'Makes a directory and its parents.',
  parameters: [parameters.permission, parameters.unmaskedPermission],
  reply: booleanReply.schema,
  async run({ path, query, ask }) {
    const masked = { perm: query.get(parameters.permission) ?? DEFAULT_FOLDER_MODE };
    const perm = query.get(parameters.unmaskedPermission);
    const unmasked = perm === undefined ? undefined : { perm };
    const found = await ask('mkdirs', { src: path, masked, createParent: true, unmasked });
    return isFailure(found) ? found : json(booleanReply, found.result);
  },
};
