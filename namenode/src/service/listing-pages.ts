import { ByteWriter } from '@rfs/base/bytes';
import { Ring } from '@rfs/base/collections';
import { encodeGetListingResponseProto, type GetListingResponseProto } from '@rfs/protocol/messages';
import { type Directory, storagePolicyOf } from '../namespace/index.js';

/** Bytes of all pages together. An entry takes about 70. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Page {
  /** GetListingResponseProto */
  readonly bytes: Uint8Array;
  /** The directory's when the page was made: entries have it from there, and it changes far above without a trace. */
  readonly storagePolicy: number;
}

interface Kept {
  readonly directory: Directory;
  readonly page: Page;
}

/**
 * First pages of listings in the bytes they were answered with, kept at their directories until an entry changes. Jobs
 * list the same folders again and again, and reading and writing a page costs a hundred times what sending it does.
 */
export class ListingPages {
  private readonly kept = new Ring<Kept>();
  private readonly writer = new ByteWriter(16 * 1024);
  private keptBytes = 0;

  /** The directory's first page, if nothing has changed since it was kept. */
  find(directory: Directory): Uint8Array | undefined {
    const page = directory.page as Page | null;
    if (page === null || page.storagePolicy !== storagePolicyOf(directory)) return undefined;
    return page.bytes;
  }

  /** Keeps the page; its bytes. */
  keep(directory: Directory, response: GetListingResponseProto): Uint8Array {
    this.writer.reset();
    encodeGetListingResponseProto(this.writer, response);
    const page: Page = { bytes: this.writer.copy(), storagePolicy: storagePolicyOf(directory) };
    directory.page = page;
    this.kept.push({ directory, page });
    this.keptBytes += page.bytes.length;
    while (this.keptBytes > MAX_BYTES) this.dropOldest();
    return page.bytes;
  }

  private dropOldest(): void {
    const oldest = this.kept.shift();
    if (oldest === undefined) return;
    this.keptBytes -= oldest.page.bytes.length;
    if (oldest.directory.page === oldest.page) oldest.directory.page = null;
  }
}
