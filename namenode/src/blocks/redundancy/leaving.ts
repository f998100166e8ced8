import type { InodeId } from '@rfs/base/ids';

/** How far a datanode on its way out is, as of the last pass over all blocks (LeavingServiceStatus). */
export class LeavingTally {
  /** Monotonic ms when it was told to leave. */
  readonly sinceMs: number;
  /** Blocks with a replica here that have too few elsewhere. */
  blocks = 0;
  /** Those of them that are being written. */
  openBlocks = 0;
  /** The files of these. */
  readonly openFiles = new Set<InodeId>();
  /** Those of them that are nowhere in service. */
  onlyHereBlocks = 0;
  /** A block that the pass had judged has come to lack replicas before its end. */
  unsure = false;

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  add(open: boolean, onlyHere: boolean, owner: InodeId): void {
    this.blocks++;
    if (open) {
      this.openBlocks++;
      this.openFiles.add(owner);
    }
    if (onlyHere) this.onlyHereBlocks++;
  }
}
