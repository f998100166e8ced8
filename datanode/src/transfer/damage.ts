import type { Block, ReadableReplica } from '../store/index.js';
import { ConnectionLost } from './connection.js';
import type { TransferService } from './service.js';
import { CorruptReplica } from './verified-read.js';

/** Errors of the reader's connection, which say nothing of the replica. */
const SOCKET_ERRORS: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT']);

/** Damage is reported unless the replica was taken over while it was read, which may look the same. */
export function reportIfDamaged(
  service: TransferService,
  block: Block,
  replica: ReadableReplica,
  error: unknown,
): void {
  const { view } = replica;
  const now = service.store.view(block.blockId);
  const unchanged = now?.state === view.state && now.generationStamp === view.generationStamp;
  service.store.diskError(view.volume, error as Error);
  if (!unchanged) return;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const bad = { ...block, generationStamp: view.generationStamp };
  if (error instanceof CorruptReplica || code === 'EIO') {
    service.counters.corruptFound++;
    service.reportBad(bad, view.volume);
  } else if (!(error instanceof ConnectionLost) && !SOCKET_ERRORS.has(code)) service.suspect(bad, view.volume);
}

/** Settles it with the disk when a finalized replica's files are not there; one whose header is damaged is corrupt. */
export function reportIfGone(service: TransferService, block: Block, error: unknown): void {
  const view = service.store.viewInPool(block);
  if (view === null) return;
  service.store.diskError(view.volume, error as Error);
  if (view.state !== 'FINALIZED') return;
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') service.filesMissing(block.blockId, view.volume);
  else if (String(error).includes('Corrupted meta file')) {
    service.reportBad({ ...block, generationStamp: view.generationStamp }, view.volume);
  }
}
