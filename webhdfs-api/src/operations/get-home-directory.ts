import { json, type MetadataOperation } from './operation.js';
import { pathReply } from './values.js';

export const getHomeDirectory: MetadataOperation = {
  kind: 'metadata',
  name: 'GETHOMEDIRECTORY',
  method: 'GET',
  summary: "Where the user's relative paths start.",
  parameters: [],
  reply: pathReply.schema,
  run: async ({ user, defaults }) => json(pathReply, `${defaults.homePrefix}/${user}`),
};
