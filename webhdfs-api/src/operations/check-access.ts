import { isFailure } from '@rfs/base/failure';
import { parameters } from '../parameters/index.js';
import { DONE_WITH_CHARSET, type MetadataOperation } from './operation.js';

/** FsAction's bits: r 4, w 2, x 1. */
function bitsOf(symbols: string): number {
  return (symbols[0] === 'r' ? 4 : 0) | (symbols[1] === 'w' ? 2 : 0) | (symbols[2] === 'x' ? 1 : 0);
}

export const checkAccess: MetadataOperation = {
  kind: 'metadata',
  name: 'CHECKACCESS',
  method: 'GET',
  summary: 'Refused when the user may not do what fsaction says.',
  parameters: [parameters.fsAction],
  required: [parameters.fsAction],
  reply: undefined,
  async run({ path, query, ask }) {
    const mode = bitsOf(query.get(parameters.fsAction) ?? '') as never;
    const found = await ask('checkAccess', { path, mode });
    return isFailure(found) ? found : DONE_WITH_CHARSET;
  },
};
