import type { IncomingMessage } from 'node:http';
import type { WritableFile } from './operation.js';

/**
 * Writes a request's body to a file and closes that. The next piece is read when the file has taken the last one. A
 * body that ends too early leaves the file with what came, as Apache's datanode does (HdfsWriter.channelInactive).
 */
export async function receive(body: IncomingMessage, file: WritableFile): Promise<void> {
  const pieces = body.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = (await pieces.next()) as IteratorResult<Uint8Array>;
    } catch (error) {
      await file.close();
      throw error;
    }
    if (next.done === true) break;
    await writeOrAbort(file, next.value);
  }
  await file.close();
}

async function writeOrAbort(file: WritableFile, piece: Uint8Array): Promise<void> {
  try {
    await file.write(piece);
  } catch (error) {
    file.abort();
    throw error;
  }
}
