/**
 * The simulated world's time: events in order of their time, those of one moment in the order they were asked for.
 * Everything that happens is mixed into a number, so that two runs can be compared.
 */
export class Scheduler {
    heap = [];
    now = 0;
    orders = 0;
    count = 0;
    hash = 0x811c9dc5;
    /** Ms since the world began. */
    get nowMs() {
        return this.now;
    }
    /** Events that have happened. */
    get eventCount() {
        return this.count;
    }
    /** A number over all that was noted and when. */
    get trace() {
        return this.hash >>> 0;
    }
    /** Mixes facts into the trace. */
    note(a, b) {
        let hash = Math.imul(this.hash ^ a, 0x01000193);
        hash = Math.imul(hash ^ b, 0x01000193);
        this.hash = hash ^ (hash >>> 15);
    }
    after(delayMs, run) {
        const event = { atMs: this.now + delayMs, order: ++this.orders, run };
        const { heap } = this;
        let at = heap.length;
        heap.push(event);
        while (at > 0) {
            const parent = (at - 1) >> 1;
            const above = heap[parent];
            if (before(above, event))
                break;
            heap[at] = above;
            at = parent;
        }
        heap[at] = event;
    }
    /** Lets the next event happen; false when nothing is left to happen. */
    step() {
        const { heap } = this;
        const event = heap[0];
        if (event === undefined)
            return false;
        const last = heap.pop();
        if (heap.length > 0)
            this.sink(last);
        this.now = event.atMs;
        this.count++;
        this.note(event.order, Math.floor(event.atMs * 1024));
        event.run();
        return true;
    }
    sink(event) {
        const { heap } = this;
        let at = 0;
        for (;;) {
            let child = 2 * at + 1;
            if (child >= heap.length)
                break;
            if (child + 1 < heap.length && before(heap[child + 1], heap[child]))
                child++;
            if (before(event, heap[child]))
                break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = event;
    }
}
function before(a, b) {
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
//# sourceMappingURL=scheduler.js.map