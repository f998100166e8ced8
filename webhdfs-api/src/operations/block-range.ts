import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { LocatedBlocksProto } from '@rfs/protocol/messages';
import { parameters } from '../parameters/index.js';
import type { Question } from './operation.js';

/** The blocks of the range that a request names, all from the offset on when it names no length. */
export async function blocksOfRange({ path, query, ask }: Question): Promise<LocatedBlocksProto | Failure> {
  const length = query.get(parameters.length) ?? Number.MAX_SAFE_INTEGER;
  const found = await ask('getBlockLocations', { src: path, offset: query.get(parameters.offset), length });
  if (isFailure(found)) return found;
  return found.locations ?? failure('FileNotFoundException', `File does not exist: ${path}`);
}
