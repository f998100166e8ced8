import { Blake3, crc32c } from '@rfs/base/checksum';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { Clock, Disk, DiskFile, Timer } from '@rfs/base/seams';
import type { PeerId, SnapshotMark } from '../raft/index.js';
import type { StateTransfer } from '../replication/index.js';
import type { SnapshotChunk, SnapshotOffer, SnapshotSuppliers, StateEngine } from './contract.js';
import { staleStates, stateName, writeInstalled } from './installed.js';

export interface SnapshotFetcherOptions {
  readonly disk: Disk;
  /** The node's own folder. */
  readonly folder: string;
  readonly engine: StateEngine;
  readonly suppliers: SnapshotSuppliers;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** What has come of a copy, kept over breaks. */
interface Partial {
  readonly from: PeerId;
  readonly offer: SnapshotOffer;
  readonly path: string;
  readonly name: string;
  readonly file: DiskFile;
  readonly hasher: Blake3;
  /** Written and hashed up to here. */
  offset: number;
  /** The piece at `offset`, which is being written. */
  writing: Uint8Array | null;
  /** The piece behind that one has come. */
  ahead: Uint8Array | null;
  /** Another piece is asked for. */
  reading: boolean;
}

const NOTHING = { writing: null, ahead: null, reading: false };

type Done = (got: SnapshotMark | null) => void;

/** After a break the source is asked again this often ... */
const RETRY_MS = 200;
/** ... and given up when nothing has come for this long. What has come stays, for the next attempt. */
const GIVE_UP_MS = 5000;

/**
 * Fetches a state from another member in checked pieces, into a folder of its own beside the state in use, and goes on
 * with the same copy after a break. A start goes on with it once all of it is durable and its digest right.
 */
export class SnapshotFetcher implements StateTransfer {
  private readonly options: SnapshotFetcherOptions;
  private partial: Partial | null = null;
  private fetched: { readonly path: string; readonly mark: SnapshotMark } | null = null;
  private done: Done | null = null;
  private progressMs = 0;
  private timer: Timer | null = null;
  private closed = false;

  constructor(options: SnapshotFetcherOptions) {
    this.options = options;
  }

  /** How much of a state has come, of 1; undefined while none is fetched. */
  get progress(): number | undefined {
    if (this.done === null && this.fetched === null) return undefined;
    if (this.partial === null) return this.fetched === null ? 0 : 1;
    return this.partial.offset / Math.max(1, this.partial.offer.lengthBytes);
  }

  /** @inheritdoc StateTransfer */
  fetch(mark: SnapshotMark, from: PeerId, done: Done): void {
    this.done = done;
    this.progressMs = this.options.clock.monotonicMs();
    const { partial } = this;
    if (partial !== null && (partial.from !== from || partial.offer.mark.index < mark.index)) this.forget();
    this.options.log.info('fetches the state of another member', { from, index: mark.index });
    if (this.partial === null) this.ask(mark, from);
    else this.next(mark);
  }

  /** @inheritdoc StateTransfer */
  install(done: (error: Error | null) => void): void {
    const { engine, disk, folder, log } = this.options;
    const { path, mark } = this.fetched!;
    engine.adopt(path, (error) => {
      if (error !== null || this.closed) {
        done(error);
        return;
      }
      this.fetched = null;
      log.info('goes on with the state of another member', { index: mark.index });
      const name = path.slice(folder.length + 1);
      for (const stale of staleStates(disk, folder, { mark, name })) engine.discard(stale);
      done(null);
    });
  }

  /** @inheritdoc StateTransfer */
  close(): void {
    this.closed = true;
    this.done = null;
    this.timer?.cancel();
    this.options.suppliers.close();
  }

  private ask(mark: SnapshotMark, from: PeerId): void {
    this.options.suppliers.offer(from, mark.index, (result) => {
      if (this.closed) return;
      if (isFailure(result)) this.pause(result, () => this.ask(mark, from));
      else this.begin(mark, from, result);
    });
  }

  private begin(mark: SnapshotMark, from: PeerId, offer: SnapshotOffer): void {
    const { disk, folder, engine, log } = this.options;
    const name = stateName(offer.mark.index, offer.id);
    const path = `${folder}/${name}`;
    try {
      engine.discard(path);
      disk.makeFolder(path);
      const file = disk.open(`${path}/${engine.fileName}`);
      this.partial = { from, offer, path, name, file, hasher: new Blake3(), offset: 0, ...NOTHING };
    } catch (error) {
      log.warn('a state cannot be fetched', { error });
      this.end(null);
      return;
    }
    this.next(mark);
  }

  /** Goes on with what has come and what has not. */
  private next(mark: SnapshotMark): void {
    const partial = this.partial!;
    this.write(mark, partial);
    if (this.partial === partial) this.read(mark, partial);
  }

  /** Goes on after a pause, in which what had come may have been given up: a write that was under way has failed. */
  private again(mark: SnapshotMark, partial: Partial): void {
    if (this.partial === partial) this.next(mark);
  }

  /** Asks for the piece behind those that have come, unless there are two to write already. */
  private read(mark: SnapshotMark, partial: Partial): void {
    const { from, offer, offset, writing, ahead } = partial;
    const at = offset + (writing?.length ?? 0);
    if (partial.reading || ahead !== null || at === offer.lengthBytes) return;
    partial.reading = true;
    this.options.suppliers.read(from, offer.id, at, (result) => {
      partial.reading = false;
      if (this.closed || this.partial !== partial) return;
      if (!isFailure(result)) this.take(mark, partial, at, result);
      else if (result.code === 'FileNotFoundException') {
        this.forget();
        this.pause(result, () => this.ask(mark, from));
      } else this.pause(result, () => this.again(mark, partial));
    });
  }

  private take(mark: SnapshotMark, partial: Partial, at: number, { data, checksum }: SnapshotChunk): void {
    if (data.length === 0 || at + data.length > partial.offer.lengthBytes || crc32c(data) !== checksum) {
      this.options.log.warn('a piece of a state came damaged', { from: partial.from, offset: at });
      this.pause(undefined, () => this.again(mark, partial));
      return;
    }
    this.progressMs = this.options.clock.monotonicMs();
    partial.ahead = data;
    this.write(mark, partial);
  }

  /** Writes and hashes the piece that has come, and asks for the one behind it meanwhile. */
  private write(mark: SnapshotMark, partial: Partial): void {
    const { offer, file, hasher, offset, ahead } = partial;
    if (partial.writing !== null) return;
    if (ahead === null) {
      if (offset === offer.lengthBytes) this.complete();
      return;
    }
    partial.ahead = null;
    partial.writing = ahead;
    this.read(mark, partial);
    file.write([ahead], offset, (error) => {
      partial.writing = null;
      if (this.closed || this.partial !== partial) return;
      if (error !== null) {
        this.give(error);
        return;
      }
      hasher.update(ahead);
      partial.offset += ahead.length;
      this.write(mark, partial);
    });
  }

  private complete(): void {
    const { offer, file, hasher, path, name } = this.partial!;
    const { disk, folder } = this.options;
    if (Buffer.compare(hasher.digest(), offer.digest) !== 0) {
      this.give(new Error('its digest is wrong'));
      return;
    }
    const note = (): void =>
      writeInstalled(
        disk,
        folder,
        { mark: offer.mark, name },
        this.andThen(() => {
          this.fetched = { path, mark: offer.mark };
          this.end(offer.mark);
        }),
      );
    file.sync(
      this.andThen(() => {
        file.close();
        this.partial = null;
        disk.syncFolder(
          path,
          this.andThen(() => disk.syncFolder(folder, this.andThen(note))),
        );
      }),
    );
  }

  /** What answers a step of making a state durable: `next`, unless it failed. */
  private andThen(next: () => void): (error: Error | null) => void {
    return (error) => {
      if (this.closed) return;
      if (error === null) next();
      else this.give(error);
    };
  }

  /** Tries again after a pause, until nothing has come for too long. */
  private pause(reason: Failure | undefined, again: () => void): void {
    const { clock, log } = this.options;
    if (clock.monotonicMs() - this.progressMs >= GIVE_UP_MS) {
      log.warn('the state of another member does not come', { reason: reason?.message });
      this.end(null);
      return;
    }
    this.timer = clock.setTimer(RETRY_MS, again);
  }

  /** What has come is of no use. */
  private give(error: Error): void {
    this.options.log.warn('the state of another member is of no use', { error });
    this.forget();
    this.end(null);
  }

  private forget(): void {
    const { partial } = this;
    this.partial = null;
    if (partial === null) return;
    partial.file.close();
    this.options.engine.discard(partial.path);
  }

  private end(got: SnapshotMark | null): void {
    const { done } = this;
    this.done = null;
    done?.(got);
  }
}
