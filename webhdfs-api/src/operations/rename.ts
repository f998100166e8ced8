import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { DONE, json, type MetadataOperation } from './operation.js';
import { booleanReply } from './values.js';

export const rename: MetadataOperation = {
  kind: 'metadata',
  name: 'RENAME',
  method: 'PUT',
  summary: 'Renames; with renameoptions refused with the reason, without them answered by false.',
  parameters: [parameters.destination, parameters.renameOptions],
  required: [parameters.destination],
  reply: booleanReply.schema,
  async run({ path, query, ask }) {
    const options = query.get(parameters.renameOptions);
    const target = { src: path, dst: query.get(parameters.destination) ?? '' };
    if (options.length === 0) {
      const found = await ask('rename', target);
      return isFailure(found) ? found : json(booleanReply, found.result);
    }
    const found = await ask('rename2', {
      ...target,
      overwriteDest: options.includes('OVERWRITE'),
      moveToTrash: options.includes('TO_TRASH'),
    });
    return isFailure(found) ? found : DONE;
  },
};
