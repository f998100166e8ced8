import type { Timer } from '@rfs/base/seams';
import type { Member } from '@rfs/namenode/replication';
import type { Passage, PassedOn } from '@rfs/namenode/service';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { NO_STATE_ID } from '@rfs/protocol/service';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';
import type { SimProcess } from './process.js';

/** A call as the router passes it on. */
export type PassedCall = Parameters<Passage['forward']>[1];

/** A call that the leader has. */
interface Flight {
  readonly leader: SimMember;
  readonly done: PassedOn;
  readonly late: Timer;
}

/** After so long without an answer nobody knows what became of a call. The product waits longer. */
const CALL_TIMEOUT_MS = 5000;

/** The way to the leader over simulated links, as a connection is: it breaks when the leader ends, or is another one. */
export class SimPassage implements Passage {
  private readonly world: World;
  private readonly member: SimMember;
  private readonly process: SimProcess;
  private readonly flights = new Set<Flight>();

  constructor(world: World, member: SimMember, process: SimProcess) {
    this.world = world;
    this.member = member;
    this.process = process;
  }

  get inFlight(): number {
    return this.flights.size;
  }

  forward({ id }: Member, call: PassedCall, done: PassedOn): void {
    const leader = this.world.memberOf(id);
    if (leader === undefined) {
      done(failure('ConnectException', `Nobody knows the way to ${id}`), NO_STATE_ID);
      return;
    }
    const late = this.process.setTimer(CALL_TIMEOUT_MS, () =>
      this.land(flight, failure('SocketTimeoutException', 'The active namenode does not answer'), NO_STATE_ID),
    );
    const flight: Flight = { leader, done, late };
    this.flights.add(flight);
    this.world.pass(this.member, leader, call, (answer, stateId) =>
      this.process.hear(leader.place, () => this.land(flight, answer, stateId)),
    );
  }

  turnTo(leader: Member | undefined): void {
    for (const flight of [...this.flights]) if (flight.leader.id !== leader?.id) this.lose(flight);
  }

  /** The connection with `member` is gone. */
  broken(member: SimMember): void {
    for (const flight of [...this.flights]) if (flight.leader === member) this.lose(flight);
  }

  close(): void {
    for (const flight of [...this.flights]) this.lose(flight);
  }

  private lose(flight: Flight): void {
    this.land(flight, failure('EOFException', 'The connection with the active namenode ended'), NO_STATE_ID);
  }

  private land(flight: Flight, answer: Uint8Array | HdfsFailure, stateId: number): void {
    if (!this.flights.delete(flight)) return;
    flight.late.cancel();
    flight.done(answer, stateId);
  }
}
