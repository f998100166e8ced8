import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { blockLocationsJson, blockLocationsReply } from '../replies/index.js';
import { blocksOfRange } from './block-range.js';
import { json, type MetadataOperation } from './operation.js';

export const getFileBlockLocations: MetadataOperation = {
  kind: 'metadata',
  name: 'GETFILEBLOCKLOCATIONS',
  method: 'GET',
  summary: 'Which hosts have the blocks of a range.',
  parameters: [parameters.length, parameters.offset],
  reply: blockLocationsReply.schema,
  async run(question) {
    const found = await blocksOfRange(question);
    return isFailure(found) ? found : json(blockLocationsReply, blockLocationsJson(found));
  },
};
