import { hashOf } from './row-hash.js';
import { RowSet, type RowView, Undo } from './row-set.js';

/**
 * Rows that stand in front of the tree on disk: those that gather, and before them those on their way into the tree.
 * A transaction's changes are seen at once and taken back when it throws.
 */
export class Overlay {
  private gathering = new RowSet();
  private flying = new RowSet();
  private readonly undo = new Undo();
  private endBefore = 0;

  /** Of memory in use. */
  get usedBytes(): number {
    return this.gathering.usedBytes + this.flying.usedBytes;
  }

  get gatheringRows(): number {
    return this.gathering.size;
  }

  get gatheringBytes(): number {
    return this.gathering.usedBytes;
  }

  /** The value of a key, valid until the next change; null: deleted; undefined: the tree on disk tells. */
  get(key: Uint8Array): Buffer | null | undefined {
    const { gathering, flying } = this;
    if (gathering.size === 0 && flying.size === 0) return undefined;
    const hash = hashOf(key, 0, key.length);
    let row = gathering.find(key, hash);
    if (row !== 0) return gathering.value(row);
    row = flying.find(key, hash);
    return row !== 0 ? flying.value(row) : undefined;
  }

  /** The rows with keys from `from` (included) to `to` (excluded), in order. Valid until the next change. */
  between(from: Uint8Array, to: Uint8Array): RowView[] {
    const rows: RowView[] = [];
    this.gathering.collect(from, to, rows);
    const newer = rows.length;
    this.flying.collect(from, to, rows);
    if (rows.length < 2) return rows;
    if (newer === 0 || newer === rows.length) return rows.sort(byKey);
    // The sort is stable: of two rows of a key, the newer one stays in front.
    rows.sort(byKey);
    return rows.filter((row, at) => at === 0 || Buffer.compare(rows[at - 1]!.key, row.key) !== 0);
  }

  begin(): void {
    this.endBefore = this.gathering.end;
  }

  set(key: Uint8Array, value: Uint8Array | null): void {
    this.gathering.set(key, hashOf(key, 0, key.length), value, this.undo);
  }

  /** The transaction is over. */
  keep(): void {
    this.undo.clear();
  }

  /** The transaction was none. */
  takeBack(): void {
    this.gathering.undo(this.endBefore, this.undo);
    this.undo.clear();
  }

  /** What has gathered is on its way; what was before has arrived. */
  takeOff(): RowSet {
    const { gathering } = this;
    this.gathering = this.flying;
    this.flying = gathering;
    return gathering;
  }

  /** The tree on disk has what was on its way. */
  land(): void {
    this.flying.clear();
  }

  /** A copy that later changes do not reach. */
  copy(): Overlay {
    const copy = new Overlay();
    copy.gathering.become(this.gathering);
    copy.flying.become(this.flying);
    return copy;
  }
}

function byKey(a: RowView, b: RowView): number {
  return Buffer.compare(a.key, b.key);
}
