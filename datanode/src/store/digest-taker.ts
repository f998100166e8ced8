import { Blake3 } from '@rfs/base/checksum';
import type { Block } from './block.js';
import { recordDigest } from './finalize.js';
import { readBytes } from './integrity.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';

/** What is hashed in one turn of the loop: about 0.2 ms. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Takes the digests that could not be taken while writing: of replicas appended to, recovered or left by a crash. One
 * after another, since nobody waits for them.
 */
export class DigestTaker {
  private readonly store: ReplicaStore;
  private readonly failed: (block: Block, error: Error) => void;
  private readonly waiting = new Map<number, Block>();
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param failed the replica could not be read */
  constructor(store: ReplicaStore, failed: (block: Block, error: Error) => void) {
    this.store = store;
    this.failed = failed;
  }

  /** The replica's digest is to be taken; a newer stamp of the same block replaces an older one. */
  want(block: Block): void {
    if (this.stopped) return;
    this.waiting.set(block.blockId, block);
    this.running ??= this.work();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    await this.running;
  }

  private async work(): Promise<void> {
    for (const block of this.waiting.values()) {
      this.waiting.delete(block.blockId);
      try {
        await this.take(block);
      } catch (error) {
        this.failed(block, error as Error);
      }
    }
    this.running = null;
  }

  private async take(block: Block): Promise<void> {
    const view = this.current(block);
    const digest = view === null ? null : await this.read(block, view);
    if (digest === null) return;
    await this.store.inTurn(block.blockId, async () => {
      const now = this.current(block);
      if (now !== null) await recordDigest(this.store, now, digest);
    });
  }

  private current(block: Block): ReplicaView | null {
    const view = this.store.view(block.blockId);
    const same = view?.state === 'FINALIZED' && view.generationStamp === block.generationStamp;
    return same && !this.stopped ? view : null;
  }

  /** Null when the replica changed meanwhile. */
  private async read(block: Block, view: ReplicaView): Promise<Uint8Array | null> {
    const { data } = this.store.pathsAt(view.volume, view.blockId, view.generationStamp);
    const file = await this.store.files.open(data, 'read');
    try {
      const hasher = new Blake3();
      for (let position = 0; position < view.lengthBytes; position += SLICE_BYTES) {
        const wanted = Math.min(SLICE_BYTES, view.lengthBytes - position);
        const bytes = await readBytes(file, wanted, position);
        if (bytes.length < wanted || this.current(block) === null) return null;
        hasher.update(bytes);
      }
      return hasher.digest();
    } finally {
      await file.close();
    }
  }
}
