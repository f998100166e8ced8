import type { Clock } from '@rfs/base/seams';
import type { Files } from './files.js';
import type { Volume } from './volume.js';

/** A volume is not checked again so soon, however many operations on it fail. */
const MIN_GAP_MS = 2000;
/** What a probe may meet on a disk in order: it is full, or the process has too many files open. */
const HARMLESS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Finds out whether a volume can be used at all, after an operation on it has failed in a way that may concern a single
 * file only (DatasetVolumeChecker): its folders must be there, and take a file.
 */
export class VolumeChecks {
  private readonly files: Files;
  private readonly clock: Clock;
  private readonly failed: (volume: Volume, error: Error) => void;
  private readonly lastMs = new Map<Volume, number>();
  private running: Promise<void> = Promise.resolve();

  /** @param failed the volume cannot be used */
  constructor(files: Files, clock: Clock, failed: (volume: Volume, error: Error) => void) {
    this.files = files;
    this.clock = clock;
    this.failed = failed;
  }

  /** Checks the volume soon, unless that was done a moment ago. */
  want(volume: Volume): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - (this.lastMs.get(volume) ?? Number.NEGATIVE_INFINITY) < MIN_GAP_MS) return;
    this.lastMs.set(volume, nowMs);
    this.running = this.running.then(() => this.check(volume));
  }

  /** Resolves when nothing is being checked. */
  idle(): Promise<void> {
    return this.running;
  }

  private async check(volume: Volume): Promise<void> {
    if (volume.failure !== null) return;
    try {
      await this.probe(volume);
    } catch (error) {
      if (HARMLESS.has((error as NodeJS.ErrnoException).code ?? '')) return;
      this.failed(volume, error as Error);
    }
  }

  private async probe({ folders }: Volume): Promise<void> {
    const { files } = this;
    const version = `${folders.current}/VERSION`;
    if ((await files.sizeBytes(version)) === null) throw new Error(`${version} is gone`);
    for (const folder of [folders.finalized, folders.rbw, folders.tmp]) {
      const probe = `${folder}/rfs-probe`;
      await files.replace(probe, 'probe');
      await files.remove(probe);
    }
  }
}
