import { CommandKind } from '@rfs/namenode/namespace';
import { NO_STATE_ID } from '@rfs/protocol/service';
import { must } from './failure.js';
import { drawWish, PATHS } from './workload.js';
/** So long a client waits for an answer: one in three is impatient. */
const TIMEOUTS_MS = [2500, 8000, 20_000];
const RETRY_MS = 150;
/** So long the same path is everybody's favourite. */
const HOT_MS = 20_000;
/** One answered change in so many is asked again, as if its answer had been lost. */
const REPEAT_ONE_IN = 8;
/** A client that asks one thing after another, of any member, until it is answered, as Hadoop's client does. */
export class SimClient {
    number;
    world;
    random;
    holder;
    open;
    attempts = 0;
    calls = 0;
    /** The file that it has made last, until it has asked to complete it. */
    made;
    server = 0;
    /** The newest index it has seen an effect of, and the newest state id it was told. */
    session = 0;
    stateId = 0;
    changes = 0;
    reads = 0;
    constructor(world, number) {
        this.world = world;
        this.number = number;
        this.random = world.random.fork(`client ${number}`);
        this.holder = `client-${number}`;
        this.server = this.random.below(world.members.length);
        this.rest();
    }
    /** True while it waits for an answer. */
    get waits() {
        return this.open !== undefined;
    }
    receive(reply) {
        const { open } = this;
        if (open === undefined || reply.attempt !== this.attempts)
            return;
        if (reply.answer === undefined) {
            this.attempts++;
            this.retryAfter(RETRY_MS);
            return;
        }
        this.open = undefined;
        this.check(open, reply.answer, reply.stateId);
        this.stateId = Math.max(this.stateId, reply.stateId);
        if (open.wish.type === 'change' && open.first === undefined && this.random.below(REPEAT_ONE_IN) === 0) {
            this.moveOn();
            this.begin({ ...open, first: reply.answer });
            return;
        }
        this.rest();
    }
    check({ wish, callId, linear, session, first }, answer, stateId) {
        const { history } = this.world;
        const { number } = this;
        this.world.scheduler.note(number, stateId);
        if (wish.type === 'change') {
            this.changes++;
            const { kind, path } = wish.command;
            if (kind === CommandKind.COMPLETE)
                this.made = undefined;
            else if (kind === CommandKind.CREATE && answer.startsWith('file'))
                this.made = path;
            if (first === undefined)
                this.see(history.changeAnswered(number, callId, answer, linear));
            else if (this.world.isKept(wish.command.kind, first))
                history.repeatAnswered(number, callId, first, answer);
            return;
        }
        this.reads++;
        if (wish.type === 'sync') {
            must(stateId >= linear, 'msync', () => `client ${number} was told ${stateId}, ${linear} was seen before`);
            this.see(linear);
        }
        else if (wish.coordinated) {
            must(stateId >= this.stateId, 'state id', () => `client ${number} is told ${stateId} after ${this.stateId}`);
            this.see(history.coordinatedRead(wish.path, answer, session, stateId));
        }
        else {
            // What is read is never newer than the state id says.
            must(stateId >= linear, 'linearizability', () => `client ${number} reads at ${stateId}, begun after ${linear}`);
            const at = history.linearRead(wish.path, answer, linear);
            must(stateId >= at, 'state id', () => `client ${number} reads what came with ${at} and is told ${stateId}`);
            this.see(at);
        }
    }
    see(index) {
        this.session = Math.max(this.session, index);
    }
    rest() {
        const pause = 1 + this.random.below(2 * this.world.thinkMs);
        this.world.scheduler.after(pause, () => {
            if (this.world.isEnding)
                return;
            if (this.random.below(4) === 0)
                this.moveOn();
            const hot = PATHS[Math.floor(this.world.scheduler.nowMs / HOT_MS) % PATHS.length];
            const wish = drawWish(this.random, this.holder, hot, this.made);
            const { linearFloor } = this.world.history;
            this.begin({ wish, callId: ++this.calls, linear: linearFloor, session: this.session, first: undefined });
        });
    }
    begin(open) {
        this.open = open;
        this.try();
    }
    try() {
        const { open } = this;
        if (open === undefined)
            return;
        const attempt = ++this.attempts;
        const { wish, callId } = open;
        const stateId = wish.type === 'read' && wish.coordinated ? this.stateId : NO_STATE_ID;
        const call = { client: this.number, attempt, callId, wish, stateId };
        this.world.ask(this.number, this.server, call);
        this.world.scheduler.after(TIMEOUTS_MS[this.number % TIMEOUTS_MS.length], () => {
            if (this.attempts === attempt && this.open === open)
                this.retryAfter(0);
        });
    }
    retryAfter(delayMs) {
        const { open, attempts } = this;
        this.moveOn();
        this.world.scheduler.after(delayMs + this.random.below(RETRY_MS), () => {
            if (this.open === open && this.attempts === attempts)
                this.try();
        });
    }
    moveOn() {
        this.server = this.random.below(this.world.members.length);
    }
}
//# sourceMappingURL=client.js.map