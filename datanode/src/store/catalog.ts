import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import { BLAKE3_BYTES, crc32c } from '@rfs/base/checksum';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Files } from './files.js';
import { SUBDIR_COUNT, subdirPath } from './layout.js';

/** The catalog's file in each finalized folder; Apache's scans take only names that begin with `blk_`. */
const CATALOG_FILE = 'rfs-digests';

const MAGIC = Buffer.from('rfsdig01', 'latin1');
const RECORD_BYTES = 64;
const CRC_AT = 60;
/** A catalog is written anew when it has more than this many records besides two for each live replica. */
const SPARE_RECORDS = 64;

/** What a finalized replica was when it was written: id and stamp name its content for ever. */
export interface CatalogRecord {
  readonly blockId: BlockId;
  readonly generationStamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly digest: Uint8Array;
}

/**
 * Digests and lengths of the finalized replicas of one volume, one append-only file per folder. A record counts only
 * while a replica with its id and stamp is there, so deleting, appending to or recovering a replica needs no write
 * here; records of the past are dropped when they outnumber the others. The format is in docs/formats/datanode.md.
 */
export class DigestCatalog {
  private readonly files: Files;
  private readonly finalized: string;
  private readonly isLive: (record: CatalogRecord) => boolean;
  /** Where the next record of a folder goes; 0 before its file is known. */
  private readonly ends = new Float64Array(SUBDIR_COUNT);
  private readonly liveCounts = new Int32Array(SUBDIR_COUNT);
  /** The last operation on each folder's file that still runs: they follow one another. */
  private readonly running = new Map<number, Promise<unknown>>();

  /** @param isLive whether the volume has the finalized replica that a record describes */
  constructor(files: Files, finalized: string, isLive: (record: CatalogRecord) => boolean) {
    this.files = files;
    this.finalized = finalized;
    this.isLive = isLive;
  }

  /** A replica was finalized in (+1) or left (-1) the folder. */
  countLive(subdir: number, change: 1 | -1): void {
    this.liveCounts[subdir]! += change;
  }

  /** All whole records of a folder, oldest first. */
  load(subdir: number): Promise<CatalogRecord[]> {
    return this.inTurn(subdir, () => this.read(subdir));
  }

  /** The newest digest of a replica's content; null when none was taken. */
  async find(subdir: number, blockId: BlockId, generationStamp: GenerationStamp): Promise<Uint8Array | null> {
    const records = await this.load(subdir);
    const found = records.findLast((one) => one.blockId === blockId && one.generationStamp === generationStamp);
    return found?.digest ?? null;
  }

  append(subdir: number, record: CatalogRecord): Promise<void> {
    return this.inTurn(subdir, async () => {
      if (this.ends[subdir] === 0) await this.read(subdir);
      const recordsHeld = (this.ends[subdir]! - MAGIC.length) / RECORD_BYTES;
      if (recordsHeld > 2 * this.liveCounts[subdir]! + SPARE_RECORDS) await this.rewrite(subdir);
      const file = await this.openForAppend(subdir);
      const position = this.ends[subdir]!;
      this.ends[subdir] = position + RECORD_BYTES;
      try {
        const bytes = encodeRecord(record);
        await new Promise<void>((resolve, reject) =>
          file.write([bytes], position, (error) => (error === null ? resolve() : reject(error))),
        );
      } finally {
        await file.close();
      }
    });
  }

  private path(subdir: number): string {
    return `${this.finalized}/${subdirPath(subdir)}/${CATALOG_FILE}`;
  }

  private async openForAppend(subdir: number) {
    if (this.ends[subdir] === 0) {
      await this.files.replace(this.path(subdir), MAGIC);
      this.ends[subdir] = MAGIC.length;
    }
    return this.files.open(this.path(subdir), 'update');
  }

  private async read(subdir: number): Promise<CatalogRecord[]> {
    const bytes = await this.files.readAll(this.path(subdir));
    if (bytes === null || bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return [];
    const count = Math.floor((bytes.length - MAGIC.length) / RECORD_BYTES);
    // A torn record at the end is overwritten by the next one.
    this.ends[subdir] = Math.max(this.ends[subdir]!, MAGIC.length + count * RECORD_BYTES);
    const reader = new ByteReader(bytes);
    const records: CatalogRecord[] = [];
    for (let i = 0; i < count; i++) {
      const at = MAGIC.length + i * RECORD_BYTES;
      if (crc32c(bytes.subarray(at, at + CRC_AT)) !== bytes.readUInt32BE(at + CRC_AT)) continue;
      reader.reset(bytes, at, at + RECORD_BYTES);
      const blockId = reader.id64() as BlockId;
      const generationStamp = reader.id64() as GenerationStamp;
      const lengthBytes = reader.int64();
      records.push({ blockId, generationStamp, lengthBytes, digest: reader.bytes(BLAKE3_BYTES) });
    }
    return records;
  }

  private async rewrite(subdir: number): Promise<void> {
    const newest = new Map<BlockId, CatalogRecord>();
    for (const record of await this.read(subdir)) if (this.isLive(record)) newest.set(record.blockId, record);
    const writer = new ByteWriter(MAGIC.length + newest.size * RECORD_BYTES);
    writer.bytes(MAGIC);
    for (const record of newest.values()) writer.bytes(encodeRecord(record));
    await this.files.replace(this.path(subdir), writer.written());
    this.ends[subdir] = writer.offset;
  }

  private inTurn<T>(subdir: number, action: () => Promise<T>): Promise<T> {
    const before = this.running.get(subdir) ?? Promise.resolve();
    const result = before.then(action, action);
    this.running.set(subdir, result);
    const forget = () => {
      if (this.running.get(subdir) === result) this.running.delete(subdir);
    };
    result.then(forget, forget);
    return result;
  }
}

function encodeRecord(record: CatalogRecord): Buffer {
  const writer = new ByteWriter(RECORD_BYTES);
  writer.id64(record.blockId);
  writer.id64(record.generationStamp);
  writer.int64(record.lengthBytes);
  writer.bytes(record.digest);
  writer.uint32(0);
  writer.uint32(crc32c(writer.buffer.subarray(0, CRC_AT)));
  return writer.written();
}
