export const FAIR = { lossOneIn: 0, repeatOneIn: 0, delayMs: 1 };
/** Messages between numbered places: members by their machine, clients above them. */
export class SimNetwork {
    weather = { ...FAIR };
    scheduler;
    random;
    /** Links that deliver nothing, in one direction. */
    cut = new Set();
    constructor(scheduler, random) {
        this.scheduler = scheduler;
        this.random = random;
    }
    /** Brings a message from one place to another, or not, or twice. */
    send(from, to, deliver) {
        if (this.cut.size > 0 && this.cut.has(link(from, to)))
            return;
        const { lossOneIn, repeatOneIn } = this.weather;
        if (lossOneIn > 0 && this.random.below(lossOneIn) === 0)
            return;
        this.scheduler.after(this.delay(), deliver);
        if (repeatOneIn > 0 && this.random.below(repeatOneIn) === 0)
            this.scheduler.after(this.delay() * 4, deliver);
    }
    /** From now on nothing gets from one place to the other. */
    sever(from, to) {
        this.cut.add(link(from, to));
    }
    /** Cuts all links between the two groups. */
    divide(some, others) {
        for (const a of some) {
            for (const b of others) {
                this.sever(a, b);
                this.sever(b, a);
            }
        }
    }
    heal() {
        this.cut.clear();
    }
    delay() {
        return 0.1 + (this.weather.delayMs * this.random.below(1024)) / 1024;
    }
}
function link(from, to) {
    return from * 1024 + to;
}
//# sourceMappingURL=network.js.map