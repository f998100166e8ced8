import { crc32c } from '@rfs/base/checksum';
import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
const TIMEOUT_MS = 1000;
/** Small, so that a state comes in several pieces. */
const PIECE_BYTES = 1000;
/** One piece in so many is damaged on its way. */
const DAMAGED_ONE_IN = 50;
/** The way to other members' states over simulated links. */
export class SimSuppliers {
    world;
    member;
    process;
    constructor(world, member, process) {
        this.world = world;
        this.member = member;
        this.process = process;
    }
    offer(from, index, done) {
        this.ask(from, done, ({ source }, back) => {
            if (source === undefined)
                back(failure('UnsupportedOperationException', 'A journal node has no state'));
            else
                source.offer(index, back);
        });
    }
    read(from, id, offset, done) {
        this.ask(from, done, ({ source }, back) => {
            const whole = source?.read(id, offset) ?? failure('FileNotFoundException', 'There are no copies here');
            back(isFailure(whole) ? whole : this.pieceOf(whole));
        });
    }
    /** Where the journal of `from` begins. */
    journalStart(from, done) {
        this.ask(from, done, ({ replicator }, back) => back(replicator.retention.journalStart ?? failure('RetriableException', 'This node is in no group yet')));
    }
    close() { }
    ask(from, done, work) {
        let waits = true;
        const end = (result) => {
            if (!waits)
                return;
            waits = false;
            late.cancel();
            done(result);
        };
        const late = this.process.setTimer(TIMEOUT_MS, () => end(failure('SocketTimeoutException', 'No answer')));
        const to = this.world.memberOf(from);
        if (to === undefined)
            return;
        this.world.query(this.member, to, work, (result) => this.process.hear(to.place, () => end(result)));
    }
    pieceOf({ data }) {
        const piece = Uint8Array.from(data.subarray(0, PIECE_BYTES));
        const checksum = crc32c(piece);
        if (piece.length > 0 && this.world.random.below(DAMAGED_ONE_IN) === 0)
            piece[0] ^= 1;
        return { data: piece, checksum };
    }
}
//# sourceMappingURL=suppliers.js.map