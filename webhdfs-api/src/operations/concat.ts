import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { DONE_WITH_CHARSET, type MetadataOperation } from './operation.js';

/** Java's String.split: empty parts at the end do not count. */
function splitSources(sources: string): string[] {
  return sources.replace(/,+$/, '').split(',');
}

export const concat: MetadataOperation = {
  kind: 'metadata',
  name: 'CONCAT',
  method: 'POST',
  summary: 'Moves the blocks of files behind those of this one.',
  parameters: [parameters.sources],
  required: [parameters.sources],
  reply: undefined,
  async run({ path, query, ask }) {
    const found = await ask('concat', { trg: path, srcs: splitSources(query.get(parameters.sources) ?? '') });
    return isFailure(found) ? found : DONE_WITH_CHARSET;
  },
};
