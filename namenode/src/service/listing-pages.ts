import { Ring } from '@rfs/base/collections';
import type { DirectoryListingProto } from '@rfs/protocol/messages';
import { type Directory, storagePolicyOf } from '../namespace/index.js';

/** Entries of all pages together: about 15 MB. */
const MAX_ENTRIES = 65_536;

interface Page {
  readonly message: DirectoryListingProto;
  /** The directory's when the page was made: entries have it from there, and it changes far above without a trace. */
  readonly storagePolicy: number;
}

interface Kept {
  readonly directory: Directory;
  readonly page: object;
  readonly entries: number;
}

/**
 * First pages of listings as they were answered, kept at their directories until an entry changes. Jobs list the same
 * folders again and again, and reading a page from the store costs far more than sending it.
 */
export class ListingPages {
  private readonly kept = new Ring<Kept>();
  private entries = 0;

  /** The directory's first page, if nothing has changed since it was kept. */
  find(directory: Directory): DirectoryListingProto | undefined {
    const page = directory.page as Page | null;
    return page !== null && page.storagePolicy === storagePolicyOf(directory) ? page.message : undefined;
  }

  keep(directory: Directory, message: DirectoryListingProto): void {
    const entries = message.partialListing.length + 1;
    const page: Page = { message, storagePolicy: storagePolicyOf(directory) };
    directory.page = page;
    this.kept.push({ directory, page, entries });
    this.entries += entries;
    while (this.entries > MAX_ENTRIES) this.dropOldest();
  }

  private dropOldest(): void {
    const oldest = this.kept.shift();
    if (oldest === undefined) return;
    this.entries -= oldest.entries;
    if (oldest.directory.page === oldest.page) oldest.directory.page = null;
  }
}
