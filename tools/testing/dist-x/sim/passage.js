import { failure } from '@rfs/protocol/exceptions';
import { NO_STATE_ID } from '@rfs/protocol/service';
/** After so long without an answer nobody knows what became of a call. The product waits longer. */
const CALL_TIMEOUT_MS = 5000;
/** The way to the leader over simulated links, as a connection is: it breaks when the leader ends, or is another one. */
export class SimPassage {
    world;
    member;
    process;
    flights = new Set();
    constructor(world, member, process) {
        this.world = world;
        this.member = member;
        this.process = process;
    }
    get inFlight() {
        return this.flights.size;
    }
    forward({ id }, call, done) {
        const leader = this.world.memberOf(id);
        if (leader === undefined) {
            done(failure('ConnectException', `Nobody knows the way to ${id}`), NO_STATE_ID);
            return;
        }
        const late = this.process.setTimer(CALL_TIMEOUT_MS, () => this.land(flight, failure('SocketTimeoutException', 'The active namenode does not answer'), NO_STATE_ID));
        const flight = { leader, done, late };
        this.flights.add(flight);
        this.world.pass(this.member, leader, call, (answer, stateId) => this.process.hear(leader.place, () => this.land(flight, answer, stateId)));
    }
    turnTo({ id }) {
        for (const flight of [...this.flights])
            if (flight.leader.id !== id)
                this.lose(flight);
    }
    /** The connection with `member` is gone. */
    broken(member) {
        for (const flight of [...this.flights])
            if (flight.leader === member)
                this.lose(flight);
    }
    close() {
        for (const flight of [...this.flights])
            this.lose(flight);
    }
    lose(flight) {
        this.land(flight, failure('EOFException', 'The connection with the active namenode ended'), NO_STATE_ID);
    }
    land(flight, answer, stateId) {
        if (!this.flights.delete(flight))
            return;
        flight.late.cancel();
        flight.done(answer, stateId);
    }
}
//# sourceMappingURL=passage.js.map