import { isFailure } from '@rfs/base/failure';
import type { ExtendedBlockProto, GetFileInfoResponseProto, LocatedBlockProto } from '@rfs/protocol/messages';
import { HdfsFileStatusProto_FileType as FileType } from '@rfs/protocol/messages';
import { type ClientMethod, methodTable } from '@rfs/protocol/service';
import { blockText } from './commands.js';
import { REFUSED } from './model-blocks.js';
import { statusText } from './model-files.js';

const POOL = 'BP-sim';

/** A call of ClientProtocol. */
export interface Asked {
  readonly method: ClientMethod;
  readonly request: unknown;
}

/** A block as clients name it. */
export function named(id: number, stamp: number, lengthBytes: number): ExtendedBlockProto {
  return { poolId: POOL, blockId: id, generationStamp: stamp, numBytes: lengthBytes };
}

/** What the answer of a change or of getFileInfo comes to, in the words of the log and the model. */
export function answerText(method: ClientMethod, answer: unknown): string {
  if (isFailure(answer)) return `${REFUSED} ${answer.code}`;
  switch (method) {
    case 'create':
      return `file ${(answer as { fs: { fileId: number } }).fs.fileId}`;
    case 'addBlock':
      return located('block', (answer as { block: LocatedBlockProto }).block);
    case 'append':
      return located('appended', (answer as { block?: LocatedBlockProto }).block);
    case 'updateBlockForPipeline':
      return `stamp ${(answer as { block: LocatedBlockProto }).block.b.generationStamp}`;
    case 'getFileInfo':
      return fileText(answer as GetFileInfoResponseProto);
    default:
      return String((answer as { result?: boolean }).result ?? true);
  }
}

/** True for an answer that a repeated call must be given again. */
export function isKept(method: ClientMethod, answer: string): boolean {
  return methodTable[method].retry !== 'repeatable' && answer !== 'false' && !answer.startsWith(REFUSED);
}

export function isChange(method: ClientMethod): boolean {
  return methodTable[method].access === 'change' && method !== 'renewLease';
}

function located(what: string, block: LocatedBlockProto | undefined): string {
  return blockText(what, block && { id: block.b.blockId, stamp: block.b.generationStamp });
}

function fileText({ fs }: GetFileInfoResponseProto): string {
  if (fs === undefined) return statusText(undefined);
  return statusText({
    isDirectory: fs.fileType === FileType.IS_DIR,
    id: fs.fileId ?? 0,
    mode: fs.permission.perm,
    mtimeMs: fs.modification_time,
    lengthBytes: fs.length,
    replication: fs.block_replication ?? 0,
  });
}
