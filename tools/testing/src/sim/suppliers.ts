import { crc32c } from '@rfs/base/checksum';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { PeerId, SnapshotMark } from '@rfs/namenode/raft';
import type { SnapshotChunk, SnapshotOffer, SnapshotSuppliers } from '@rfs/namenode/snapshots';
import { failure } from '@rfs/protocol/exceptions';
import type { World } from './cluster.js';
import type { Running, SimMember } from './member.js';
import type { SimProcess } from './process.js';

const TIMEOUT_MS = 1000;
/** Small, so that a state comes in several pieces. */
const PIECE_BYTES = 1000;
/** One piece in so many is damaged on its way. */
const DAMAGED_ONE_IN = 50;

type Done<T> = (result: T | Failure) => void;

/** The way to other members' states over simulated links. */
export class SimSuppliers implements SnapshotSuppliers {
  private readonly world: World;
  private readonly member: SimMember;
  private readonly process: SimProcess;

  constructor(world: World, member: SimMember, process: SimProcess) {
    this.world = world;
    this.member = member;
    this.process = process;
  }

  offer(from: PeerId, index: LogIndex, done: Done<SnapshotOffer>): void {
    this.ask(from, done, ({ source }, back) => {
      if (source === undefined) back(failure('UnsupportedOperationException', 'A journal node has no state'));
      else source.offer(index, back);
    });
  }

  read(from: PeerId, id: number, offset: number, done: Done<SnapshotChunk>): void {
    this.ask(from, done, ({ source }, back) => {
      const whole = source?.read(id, offset) ?? failure('FileNotFoundException', 'There are no copies here');
      back(isFailure(whole) ? whole : this.pieceOf(whole));
    });
  }

  /** Where the journal of `from` begins. */
  journalStart(from: PeerId, done: Done<SnapshotMark>): void {
    this.ask(from, done, ({ replicator }, back) =>
      back(replicator.retention.journalStart ?? failure('RetriableException', 'This node is in no group yet')),
    );
  }

  close(): void {}

  private ask<T>(from: PeerId, done: Done<T>, work: (running: Running, back: Done<T>) => void): void {
    let waits = true;
    const end = (result: T | Failure): void => {
      if (!waits) return;
      waits = false;
      late.cancel();
      done(result);
    };
    const late = this.process.setTimer(TIMEOUT_MS, () => end(failure('SocketTimeoutException', 'No answer')));
    const to = this.world.memberOf(from);
    if (to === undefined) return;
    this.world.query(this.member, to, work, (result: T | Failure) => this.process.hear(to.place, () => end(result)));
  }

  private pieceOf({ data }: SnapshotChunk): SnapshotChunk {
    const piece = Uint8Array.from(data.subarray(0, PIECE_BYTES));
    const checksum = crc32c(piece);
    if (piece.length > 0 && this.world.random.below(DAMAGED_ONE_IN) === 0) piece[0]! ^= 1;
    return { data: piece, checksum };
  }
}
