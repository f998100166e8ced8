/** The place of what comes from no other machine: timers and the disk. */
const OWN = -1;
/** A program in the simulated world: it can stop for good, or stand still for a while and go on as if nothing were. */
export class SimProcess {
    scheduler;
    clock;
    guard;
    /** While it stands still: what came meanwhile, by the place it came from. */
    frozen = null;
    ended = false;
    /** `guard` carries out each event of the process and deals with what it throws. */
    constructor(scheduler, clock, guard) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.guard = guard;
    }
    get isPaused() {
        return this.frozen !== null;
    }
    nowMs() {
        return Math.floor(this.clock.wallMs + this.monotonicMs());
    }
    monotonicMs() {
        return this.scheduler.nowMs * this.clock.rate;
    }
    setTimer(delayMs, action) {
        let cancelled = false;
        this.scheduler.after(Math.max(0, delayMs) / this.clock.rate, () => {
            if (!cancelled)
                this.run(action);
        });
        return {
            cancel: () => {
                cancelled = true;
            },
        };
    }
    /** A timer of the process runs out, or its disk answers; while it is paused, later. */
    run = (work) => this.hear(OWN, work);
    /** Something comes over the connection with `place`; while the process is paused, later. */
    hear(place, work) {
        if (this.ended)
            return;
        if (this.frozen === null)
            this.guard(work);
        else
            this.wait(place, work);
    }
    /** SIGSTOP */
    pause() {
        this.frozen ??= new Map();
    }
    /**
     * SIGCONT: all that came meanwhile happens now, each connection's messages in their order. Timers are late all
     * together; which of them and the connections is looked at first is the system's choice.
     */
    resume(random) {
        const waiting = [...(this.frozen ?? [])];
        this.frozen = null;
        while (waiting.length > 0) {
            const [[place, works]] = waiting.splice(random.below(waiting.length), 1);
            for (const work of works)
                this.scheduler.after(0, () => this.hear(place, work));
        }
    }
    /** Nothing will happen to it any more. */
    end() {
        this.ended = true;
        this.frozen = null;
    }
    wait(place, work) {
        const works = this.frozen.get(place);
        if (works === undefined)
            this.frozen.set(place, [work]);
        else
            works.push(work);
    }
}
//# sourceMappingURL=process.js.map