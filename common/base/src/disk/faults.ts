/** What a simulated disk is about to do; `number` counts all operations of the disk from 1. */
export interface DiskOperation {
  readonly number: number;
  readonly kind:
    | 'create'
    | 'makeFolder'
    | 'remove'
    | 'rename'
    | 'syncFolder'
    | 'write'
    | 'syncedWrite'
    | 'sync'
    | 'truncate';
  readonly path: string;
}

/**
 * `stop`: the power goes off in the middle of the operation: it may reach the disk or not, is never answered, and the
 * disk does nothing any more. The others fail the operation with that code; a failed write has written half.
 */
export type DiskFault = 'stop' | 'EIO' | 'ENOSPC';

/** Asked before each operation; undefined lets it pass. */
export type FaultPlan = (operation: DiskOperation) => DiskFault | undefined;

/** Thrown by the synchronous calls of a disk whose power is off. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

/** An error as the operating system would give it. */
export function diskError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: simulated, ${operation} '${path}'`);
  error.code = code;
  return error;
}
