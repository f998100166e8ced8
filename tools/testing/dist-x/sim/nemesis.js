import { JOURNAL_FOLDER } from './founding.js';
import { FAIR } from './network.js';
/** Bytes at the end of a segment that no later write may prove yet. */
const UNPROVEN_BYTES = 6 << 10;
const SEGMENT_HEADER_BYTES = 4096;
/** So many times as often come the faults that a run is about. */
const FOCUS = 40;
/** What befalls the cluster, within the budget of docs/testing.md. */
export class Nemesis {
    struck = {};
    world;
    random;
    everyMs;
    faults;
    weights;
    constructor(world, everyMs, focus) {
        this.world = world;
        this.random = world.random.fork('nemesis');
        this.everyMs = everyMs;
        const { random } = this;
        const faults = [
            { name: 'crash', weight: 12, strike: () => this.crash(this.pick()) },
            { name: 'crash leader', weight: 6, strike: () => this.crash(world.leader() ?? this.pick()) },
            { name: 'power failure of all', weight: 3, strike: () => this.crashAll() },
            { name: 'crash at a disk operation', weight: 8, strike: () => this.cutPower(this.pick()) },
            { name: 'pause', weight: 8, strike: () => this.pause(this.pick()) },
            { name: 'pause leader', weight: 6, strike: () => this.pause(world.leader() ?? this.pick()) },
            { name: 'isolate', weight: 6, strike: () => this.isolate(this.pick()) },
            { name: 'isolate leader', weight: 8, strike: () => this.isolate(world.leader() ?? this.pick()) },
            { name: 'one-way cut', weight: 8, strike: () => this.cutOneWay() },
            { name: 'split', weight: 5, strike: () => this.split() },
            { name: 'bad weather', weight: 10, strike: () => this.badWeather() },
            { name: 'disk stall', weight: 6, strike: () => this.stall(this.pick()) },
            { name: 'disk full', weight: 5, strike: () => this.fill(this.pick()) },
            { name: 'sync fails', weight: 3, strike: () => this.failSync(this.pick()) },
            { name: 'clock jump', weight: 4, strike: () => this.pick().jumpWallClock(random.below(20_001) - 10_000) },
            { name: 'transfer', weight: 8, strike: () => this.transfer() },
            { name: 'rest a voter', weight: 4, strike: () => world.operator.rest(this.pick()) },
            { name: 'remove a member', weight: 2, strike: () => this.removeMember(this.pick()) },
            { name: 'lose a disk', weight: 3, strike: () => this.loseDisk(this.pick()) },
            { name: 'flip a bit', weight: 3, strike: () => this.flip(this.pick()) },
        ];
        this.faults = faults.map((fault) => ({
            ...fault,
            weight: fault.weight * (focus.includes(fault.name) ? FOCUS : 1),
        }));
        this.weights = this.faults.reduce((sum, { weight }) => sum + weight, 0);
        world.overheard = (member, message) => this.overhear(member, message);
        this.next();
    }
    next() {
        const { random, world } = this;
        world.scheduler.after(1 + random.below(2 * this.everyMs), () => {
            if (world.isEnding)
                return;
            let draw = random.below(this.weights);
            const fault = this.faults.find(({ weight }) => {
                draw -= weight;
                return draw < 0;
            });
            this.struck[fault.name] = (this.struck[fault.name] ?? 0) + 1;
            world.scheduler.note(fault.weight, fault.name.length);
            fault.strike();
            this.next();
        });
    }
    /** The moment after a promise is the best one for a crash. */
    overhear(member, message) {
        const promises = message.type === 'voteReply' ? 8 : message.type === 'appendReply' ? 600 : 0;
        if (promises === 0 || this.random.below(promises) > 0)
            return;
        this.world.scheduler.after(this.random.below(4), () => this.crash(member, 300));
    }
    pick() {
        const { members } = this.world;
        return members[this.random.below(members.length)];
    }
    crash(member, withinMs = 6000) {
        if (member.isOn)
            this.world.crash(member, 20 + this.random.below(withinMs));
    }
    crashAll() {
        for (const member of this.world.members)
            this.crash(member);
    }
    cutPower(member) {
        const { disk } = member;
        let left = 1 + this.random.below(20);
        disk.setFaults(() => (--left === 0 ? 'stop' : undefined));
        this.world.scheduler.after(500, () => {
            disk.setFaults(undefined);
            if (member.disk === disk && disk.stopped)
                this.crash(member);
        });
    }
    pause(member) {
        const process = member.running?.process;
        process?.pause();
        this.world.scheduler.after(200 + this.random.below(12_000), () => process?.resume(this.random));
    }
    /** The member loses the others; clients reach it still. */
    isolate(member) {
        const others = this.world.members.filter((other) => other !== member).map(({ place }) => place);
        this.world.network.divide([member.place], others);
        this.healLater();
    }
    cutOneWay() {
        for (let count = 1 + this.random.below(3); count > 0; count--) {
            this.world.network.sever(this.pick().place, this.pick().place);
        }
        this.healLater();
    }
    split() {
        const sides = [[], []];
        for (const { place } of this.world.members)
            sides[this.random.below(2)].push(place);
        this.world.network.divide(...sides);
        this.healLater();
    }
    healLater() {
        this.world.scheduler.after(500 + this.random.below(8000), () => this.world.network.heal());
    }
    badWeather() {
        const { network, scheduler } = this.world;
        const { random } = this;
        network.weather = {
            lossOneIn: 4 + random.below(40),
            repeatOneIn: 4 + random.below(40),
            delayMs: 1 + random.below(random.below(3) === 0 ? 1000 : 60),
        };
        scheduler.after(1000 + random.below(8000), () => {
            network.weather = { ...FAIR };
        });
    }
    stall(member) {
        member.stallMs = 20 + this.random.below(4000);
        this.world.scheduler.after(500 + this.random.below(6000), () => {
            member.stallMs = 0;
        });
    }
    fill(member) {
        const { disk } = member;
        disk.setFaults(({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined));
        this.world.scheduler.after(500 + this.random.below(6000), () => disk.setFaults(undefined));
    }
    failSync(member) {
        const { disk } = member;
        disk.setFaults(({ kind }) => {
            if (kind !== 'sync')
                return undefined;
            disk.setFaults(undefined);
            return 'EIO';
        });
    }
    transfer() {
        const leader = this.world.leader();
        const to = this.pick().id;
        if (leader === undefined || to === leader.id)
            return;
        leader.running.process.run(() => leader.running.replicator.transferTo(to));
    }
    /** A disk may be lost while all others are good: a lost majority is beyond what any quorum survives. */
    loseDisk(member) {
        if (!this.mayHarm())
            return;
        this.world.operator.lost(member);
    }
    /** It comes back with an empty disk. */
    removeMember(member) {
        if (this.mayHarm())
            this.world.operator.remove(member);
    }
    /** A bit turns in what was written long ago; what no later write proves is outside the budget. */
    flip(member) {
        if (!this.mayHarm())
            return;
        member.crash();
        const { disk } = member;
        const paths = disk.list(JOURNAL_FOLDER).map((name) => `${JOURNAL_FOLDER}/${name}`);
        const path = paths.sort().at(-1 - this.random.below(2)) ?? paths[0];
        const room = disk.open(path).size() - UNPROVEN_BYTES - SEGMENT_HEADER_BYTES;
        if (room > 0) {
            member.spoiled = true;
            disk.damage(path, SEGMENT_HEADER_BYTES + this.random.below(room), 1 << this.random.below(8));
        }
        this.world.crash(member, 100 + this.random.below(3000));
    }
    mayHarm() {
        return this.world.losesDisks && !this.world.isEnding && this.world.operator.isWhole;
    }
}
//# sourceMappingURL=nemesis.js.map