import { isFailure } from '@rfs/base/failure';
import { serverDefaultsJson, serverDefaultsReply } from '../replies/index.js';
import { json, type MetadataOperation } from './operation.js';

export const getServerDefaults: MetadataOperation = {
  kind: 'metadata',
  name: 'GETSERVERDEFAULTS',
  method: 'GET',
  summary: 'What new files are like when nobody says otherwise.',
  parameters: [],
  reply: serverDefaultsReply.schema,
  async run({ ask }) {
    const found = await ask('getServerDefaults', {});
    return isFailure(found) ? found : json(serverDefaultsReply, serverDefaultsJson(found.serverDefaults));
  },
};
