import type { WritableFile } from './operation.js';

/**
 * Writes a request's body to a file and closes that. The next piece is read when the file has taken the last one. A
 * body that ends too early leaves the file with what came, as Apache's datanode does (HdfsWriter.channelInactive).
 */
export async function receive(body: AsyncIterable<Uint8Array>, file: WritableFile): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await pieces.next();
      } catch (error) {
        await file.close();
        throw error;
      }
      if (next.done === true) break;
      await writeOrAbort(file, next.value);
    }
  } finally {
    await pieces.return?.();
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
