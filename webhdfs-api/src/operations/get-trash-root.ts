import { json, type MetadataOperation } from './operation.js';
import { pathReply } from './values.js';

export const getTrashRoot: MetadataOperation = {
  kind: 'metadata',
  name: 'GETTRASHROOT',
  method: 'GET',
  summary: 'Where what the user deletes is kept for a while.',
  parameters: [],
  reply: pathReply.schema,
  run: async ({ user, defaults }) => json(pathReply, `${defaults.homePrefix}/${user}/.Trash`),
};
