import { InodeKind, pathOf } from '../../namespace/index.js';
import type { FsckParts } from './parts.js';

/** Places of the block map that one step looks at: well under a millisecond. */
const PLACES_AT_ONCE = 20_000;
/** Missing blocks of one step: each costs a look into the tree. */
const OWNERS_AT_ONCE = 100;

/** A page of the blocks without any good replica and of their files (NamenodeFsck.listCorruptFileBlocks). */
export class CorruptList {
  private readonly parts: FsckParts;
  private readonly under: string;
  private readonly lines: string[] = [];
  private cookie: string;
  private place: number;

  /** @param cookie of the page before; undefined for the first one */
  constructor(parts: FsckParts, under: string, cookie: string | undefined) {
    this.parts = parts;
    this.under = under;
    this.cookie = cookie ?? '0';
    this.place = /^[0-9]{1,15}$/.test(this.cookie) ? Number(this.cookie) : 0;
  }

  /** Looks a little further; true when the page is full or nothing is left. */
  step(): boolean {
    const { blocks, config } = this.parts;
    if (blocks.missingBlocks === 0) return true;
    let owners = 0;
    const next = blocks.scanMissing(this.place, PLACES_AT_ONCE, (owner, block) => {
      this.add(owner, block);
      owners++;
      return this.lines.length < config.corruptFilesLimit && owners < OWNERS_AT_ONCE;
    });
    this.place = next < 0 ? this.place + PLACES_AT_ONCE : next;
    this.cookie = String(this.place);
    return next < 0 || this.lines.length >= config.corruptFilesLimit;
  }

  text(): string {
    const count = this.lines.length;
    const filler = count > 0 ? String(count) : this.cookie === '0' ? 'no' : 'no more';
    const lines = [`Cookie:\t${this.cookie}`, ...this.lines];
    return `${lines.join('\n')}\n\n\nThe filesystem under path '${this.under}' has ${filler} CORRUPT files\n\n`;
  }

  private add(owner: number, block: number): void {
    const inode = this.parts.machine.tree.byId(owner);
    if (inode?.kind !== InodeKind.FILE) return;
    const path = pathOf(inode);
    const { under } = this;
    if (under !== '/' && path !== under && !path.startsWith(`${under}/`)) return;
    this.lines.push(`blk_${block}\t${inode.replication}\t${path}`);
  }
}
