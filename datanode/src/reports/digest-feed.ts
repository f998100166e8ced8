import { ByteWriter } from '@rfs/base/bytes';
import type { BlockId } from '@rfs/base/ids';
import type { RfsReplicaDigestsProto } from '@rfs/protocol/messages';
import { type CatalogRecord, type ReplicaStore, SUBDIR_COUNT, type Volume } from '../store/index.js';

/** A heartbeat carries no more than these and one folder's: some hundred kilobytes. */
const PART_RECORDS = 4000;
/** What a namenode keeps of a digest. */
const PRINT_BYTES = 8;

/**
 * Tells one namenode the digests of all replicas, a part with each heartbeat, so that neither the first full report nor
 * any heartbeat takes longer for it. Begins anew after each full report: a part about replicas that the namenode did
 * not know yet was told for nothing.
 */
export class DigestFeed {
  private readonly store: () => ReplicaStore | null;
  private volume = 0;
  private subdir = 0;
  private active = false;
  /** Another round is to follow this one. */
  private again = false;
  private part: RfsReplicaDigestsProto[] = [];
  private reading: Promise<void> | null = null;

  constructor(store: () => ReplicaStore | null) {
    this.store = store;
  }

  begin(): void {
    this.again = this.active;
    if (this.again) return;
    this.volume = 0;
    this.subdir = 0;
    this.active = true;
    this.readOn();
  }

  /** For the next heartbeat. */
  get next(): RfsReplicaDigestsProto[] {
    return this.part;
  }

  /** The namenode has that part. */
  sent(part: readonly RfsReplicaDigestsProto[]): void {
    if (part.length === 0 || part !== this.part) return;
    this.part = [];
    this.readOn();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.active = false;
    await this.reading;
  }

  private readOn(): void {
    const store = this.store();
    if (store === null || !this.active || this.part.length > 0) return;
    this.reading ??= this.read(store).finally(() => {
      this.reading = null;
    });
  }

  private async read(store: ReplicaStore): Promise<void> {
    const part = new Part();
    while (this.active && part.count < PART_RECORDS) {
      const volume = store.volumes[this.volume];
      if (volume === undefined) {
        this.active = this.again;
        this.again = false;
        this.volume = 0;
        break;
      }
      if (volume.failure !== null || this.subdir === SUBDIR_COUNT) {
        // A part is about one volume.
        if (part.count > 0) break;
        this.volume++;
        this.subdir = 0;
        continue;
      }
      const subdir = this.subdir++;
      part.volume = volume;
      try {
        part.add(store, await volume.catalog.load(subdir));
      } catch (error) {
        store.diskError(volume, error as Error);
        this.volume++;
        this.subdir = 0;
      }
    }
    this.part = part.protos();
    // The end of a round may be the beginning of the next.
    if (this.part.length === 0 && this.active) await this.read(store);
  }
}

class Part {
  count = 0;
  volume: Volume | null = null;
  private readonly writer = new ByteWriter(4096);

  /** Takes the newest record of each replica that is there. */
  add(store: ReplicaStore, records: readonly CatalogRecord[]): void {
    const seen = new Set<BlockId>();
    for (let i = records.length - 1; i >= 0; i--) {
      const { blockId, lengthBytes, generationStamp, digest } = records[i]!;
      const view = store.view(blockId);
      if (view?.state !== 'FINALIZED' || view.volume !== this.volume || seen.has(blockId)) continue;
      if (view.generationStamp !== generationStamp || view.lengthBytes !== lengthBytes) continue;
      seen.add(blockId);
      this.writer.zigzagId(blockId);
      this.writer.varint64(lengthBytes);
      this.writer.varint64(generationStamp);
      this.writer.bytes(digest.subarray(0, PRINT_BYTES));
      this.count++;
    }
  }

  protos(): RfsReplicaDigestsProto[] {
    if (this.volume === null || this.count === 0) return [];
    return [{ storageUuid: this.volume.storageId, count: this.count, entries: this.writer.copy() }];
  }
}
