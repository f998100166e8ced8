import { Blake3, crc32c } from '@rfs/base/checksum';
import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { Clock, Disk, DiskFile, Random, Timer } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { Membership } from '../raft/index.js';
import { CHUNK_BYTES, type SnapshotChunk, type SnapshotOffer, type StateEngine, type StateIndex } from './contract.js';

export interface SnapshotSourceOptions {
  readonly disk: Disk;
  /** Folder of the copies; what is in it at the start is removed. */
  readonly folder: string;
  readonly engine: StateEngine;
  readonly clock: Clock;
  readonly random: Random;
  readonly nextTurn: (action: () => void) => void;
  /** The membership in force at an index of the log; undefined for a node that is in no group. */
  readonly membershipAt: (index: LogIndex) => Membership | undefined;
  /** The log is to keep all entries above `index` until the result is called: who gets the copy goes on there. */
  readonly keepAbove: (index: LogIndex) => () => void;
}

type OfferDone = (result: SnapshotOffer | Failure) => void;

interface Copy {
  readonly offer: SnapshotOffer;
  readonly folder: string;
  readonly file: DiskFile;
  readonly release: () => void;
  usedMs: number;
}

/** A copy that nobody has read for this long is removed. */
const KEEP_MS = 60_000;
/** New askers get a copy that is no older than this; then it is worth while to make another. */
const FRESH_MS = 30_000;
const SWEEP_MS = 5000;
/** Another id for every copy: random, and below 2^48. */
const ID_HIGH = 2 ** 16;

/** Copies of this node's state for other members, made when they ask, and kept while they read. */
export class SnapshotSource {
  private readonly options: SnapshotSourceOptions;
  private copies: Copy[] = [];
  private madeMs = Number.NEGATIVE_INFINITY;
  private waiting: OfferDone[] | null = null;
  private timer: Timer | null = null;
  private closed = false;

  constructor(options: SnapshotSourceOptions) {
    this.options = options;
    options.engine.discard(options.folder);
  }

  /** A copy that holds at least `index`, one that is there if it is fresh. */
  offer(index: LogIndex, done: OfferDone): void {
    const nowMs = this.options.clock.monotonicMs();
    const newest = this.copies[this.copies.length - 1];
    if (newest !== undefined && newest.offer.mark.index >= index && nowMs - this.madeMs < FRESH_MS) {
      newest.usedMs = nowMs;
      done(newest.offer);
    } else if (this.waiting !== null) this.waiting.push(done);
    else {
      this.waiting = [done];
      this.make();
    }
  }

  /** Up to {@link CHUNK_BYTES} of the copy `id` from `offset` on. */
  read(id: number, offset: number): SnapshotChunk | Failure {
    const copy = this.copies.find(({ offer }) => offer.id === id);
    if (copy === undefined) return failure('FileNotFoundException', `Snapshot ${id} is not kept any more`);
    copy.usedMs = this.options.clock.monotonicMs();
    const rest = Math.max(0, copy.offer.lengthBytes - offset);
    const data = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, rest));
    copy.file.readSync(data, offset);
    return { data, checksum: crc32c(data) };
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    for (const copy of this.copies) this.drop(copy);
    this.copies = [];
    this.answer(failure('RetriableException', 'The namenode is stopping'));
  }

  private make(): void {
    const { disk, folder, engine, random } = this.options;
    const id = random.below(ID_HIGH) * 2 ** 32 + random.uint32();
    const path = `${folder}/copy-${id}`;
    try {
      disk.makeFolder(folder);
      engine.copy(path, (error) => {
        if (error !== null || this.closed) this.failed(path, error);
        else engine.inspect(path, (found) => this.take(id, path, found));
      });
    } catch (error) {
      this.failed(path, error as Error);
    }
  }

  private take(id: number, path: string, found: StateIndex | Error): void {
    const { disk, engine, membershipAt, keepAbove } = this.options;
    try {
      if (found instanceof Error) throw found;
      const { index, term } = found;
      const membership = membershipAt(index);
      if (membership === undefined) throw new Error('this node is in no group');
      const release = keepAbove(index);
      const file = disk.open(`${path}/${engine.fileName}`);
      const lengthBytes = file.size();
      this.digest(file, lengthBytes, (digest) => {
        const offer = { id, mark: { index, term, membership }, lengthBytes, digest };
        this.keep({ offer, folder: path, file, release, usedMs: 0 });
      });
    } catch (error) {
      this.failed(path, error as Error);
    }
  }

  /** Reads the whole file, a piece in each turn of the event loop. */
  private digest(file: DiskFile, lengthBytes: number, done: (digest: Uint8Array) => void): void {
    const hasher = new Blake3();
    const piece = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let at = 0;
    const step = (): void => {
      const wanted = Math.min(piece.length, lengthBytes - at);
      file.readSync(piece.subarray(0, wanted), at);
      hasher.update(piece.subarray(0, wanted));
      at += wanted;
      if (at < lengthBytes && !this.closed) this.options.nextTurn(step);
      else done(hasher.digest());
    };
    step();
  }

  private keep(copy: Copy): void {
    if (this.closed) {
      this.drop(copy);
      return;
    }
    copy.usedMs = this.options.clock.monotonicMs();
    this.madeMs = copy.usedMs;
    this.copies.push(copy);
    this.timer ??= this.options.clock.setTimer(SWEEP_MS, this.sweep);
    this.answer(copy.offer);
  }

  private readonly sweep = (): void => {
    this.timer = null;
    const nowMs = this.options.clock.monotonicMs();
    const old = this.copies.filter(({ usedMs }) => nowMs - usedMs >= KEEP_MS);
    this.copies = this.copies.filter((copy) => !old.includes(copy));
    for (const copy of old) this.drop(copy);
    if (this.copies.length > 0) this.timer = this.options.clock.setTimer(SWEEP_MS, this.sweep);
  };

  private drop(copy: Copy): void {
    copy.release();
    copy.file.close();
    this.options.engine.discard(copy.folder);
  }

  private failed(path: string, error: Error | null): void {
    this.options.engine.discard(path);
    this.answer(failure('RetriableException', `No snapshot could be made: ${error?.message ?? 'stopping'}`));
  }

  private answer(result: SnapshotOffer | Failure): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const done of waiting) done(result);
  }
}
