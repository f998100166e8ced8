import type { FileStatus } from '@rfs/client/dfs';
import { octalMode, showMode } from '../format/mode.js';
import type { Output } from './output.js';

/** An array of JSON objects, one to a line, written while it grows. */
export class JsonArray {
  private readonly out: Output;
  private count = 0;

  constructor(out: Output) {
    this.out = out;
  }

  add(value: object): void {
    this.out.text(`${this.count++ === 0 ? '[' : ',\n'}${JSON.stringify(value)}`);
  }

  end(): void {
    this.out.line(this.count === 0 ? '[]' : ']');
  }
}

/** A status as JSON shows it; times in ms since 1970. */
export function statusJson(path: string, status: FileStatus): object {
  return {
    path,
    type: status.kind === 'link' ? 'symlink' : status.kind,
    length: status.lengthBytes,
    replication: status.replication,
    blockSize: status.blockSizeBytes,
    modificationTime: status.modifiedMs,
    accessTime: status.accessedMs,
    permission: octalMode(status.mode),
    permissionText: showMode(status.mode),
    owner: status.owner,
    group: status.group,
  };
}
