import { Ring } from '@rfs/base/collections';
import type { DirectoryListingProto } from '@rfs/protocol/messages';
import type { Directory } from '../namespace/index.js';

/** Entries of all pages together: about 15 MB. */
const MAX_ENTRIES = 65_536;

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
    return (directory.page ?? undefined) as DirectoryListingProto | undefined;
  }

  keep(directory: Directory, page: DirectoryListingProto): void {
    const entries = page.partialListing.length + 1;
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
