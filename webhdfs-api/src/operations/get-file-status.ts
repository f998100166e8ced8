import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { fileStatusJson, fileStatusReply } from '../replies/index.js';
import { json, type MetadataOperation } from './operation.js';

export const getFileStatus: MetadataOperation = {
  kind: 'metadata',
  name: 'GETFILESTATUS',
  method: 'GET',
  summary: 'What is at a path.',
  parameters: [],
  reply: fileStatusReply.schema,
  async run({ path, ask }) {
    const found = await ask('getFileInfo', { src: path });
    if (isFailure(found)) return found;
    if (found.fs === undefined) return failure('FileNotFoundException', `File does not exist: ${path}`);
    return json(fileStatusReply, fileStatusJson(found.fs));
  },
};
