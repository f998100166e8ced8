import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { locatedBlocksJson, locatedBlocksReply } from '../replies/index.js';
import { blocksOfRange } from './block-range.js';
import { json, type MetadataOperation } from './operation.js';

export const getBlockLocations: MetadataOperation = {
  kind: 'metadata',
  name: 'GET_BLOCK_LOCATIONS',
  method: 'GET',
  summary: 'The blocks of a range and their datanodes, as the native protocol tells them.',
  parameters: [parameters.length, parameters.offset],
  reply: locatedBlocksReply.schema,
  async run(question) {
    const found = await blocksOfRange(question);
    return isFailure(found) ? found : json(locatedBlocksReply, locatedBlocksJson(found));
  },
};
