import { must } from './failure.js';
import { memberOf } from './inside.js';
const NOT_SEEN = { committed: 0, last: 0, term: 0, leads: false };
/** Raft's invariants, looked at after everything that happens to a member. */
export class RaftWatch {
    leaders = new Map();
    promises = new Map();
    seen = new Map();
    /** Of every committed index: its entry's term, and the term of the leader that committed it. */
    committedTerms = [0];
    committedBy = [0];
    leadersSeen = 0;
    /** The newest index that any member knows to be committed. */
    get committed() {
        return this.committedTerms.length - 1;
    }
    /** Everything up to here the member has once had for good. */
    acknowledgedBy(id) {
        return this.promises.get(id)?.ackIndex ?? 0;
    }
    /** The member begins anew. */
    forget(id) {
        this.seen.delete(id);
    }
    /** Something has happened to the member. */
    look(core) {
        let seen = this.seen.get(core.self);
        if (seen === undefined) {
            seen = { ...NOT_SEEN };
            this.seen.set(core.self, seen);
        }
        const { role, term, committed } = core;
        const leads = role === 'leader';
        if (leads && (!seen.leads || seen.term !== term))
            this.newLeader(core);
        if (core.lastIndex !== seen.last)
            this.rising(core);
        seen.last = core.lastIndex;
        if (committed !== seen.committed)
            this.commitRose(core, seen, committed);
        seen.leads = leads;
        seen.term = term;
        seen.committed = committed;
    }
    /** Messages leave the member: what they promise must hold for ever. */
    sent(message) {
        if (message.type === 'voteReply') {
            if (message.granted && !message.pre && message.from !== message.to)
                this.voted(message.from, message.term, message.to);
        }
        else if (message.type === 'appendReply' && !message.refused) {
            const promises = this.promisesOf(message.from, message.term);
            if (message.term > promises.ackTerm) {
                promises.ackTerm = message.term;
                promises.ackIndex = 0;
            }
            promises.ackIndex = Math.max(promises.ackIndex, message.index);
        }
    }
    /** A member has read its journal after a restart. */
    restarted(id, journal) {
        const promises = this.promises.get(id);
        if (promises === undefined)
            return;
        const { term, vote } = journal.hardState;
        must(term >= promises.term, 'promise kept', () => `${id} restarts in term ${term}, it had promised ${promises.term}`);
        if (term === promises.term && promises.vote !== 0) {
            must(vote === promises.vote, 'promise kept', () => `${id} has forgotten its vote for ${promises.vote} in ${term}`);
        }
        let index = Math.min(promises.ackIndex, this.committed);
        while (index > 0 && this.committedBy[index] > promises.ackTerm)
            index--;
        if (index < journal.firstIndex)
            return;
        const has = index <= journal.lastIndex && journal.term(index) === this.committedTerms[index];
        must(has, 'promise kept', () => `${id} had acknowledged committed entry ${index}, its journal has it no more`);
    }
    /** Log matching (thesis 3.5): what two logs have in common, they have from there on down. */
    compare(a, b) {
        const one = memberOf(a).log;
        const two = memberOf(b).log;
        const least = Math.max(one.firstIndex, two.firstIndex, Math.min(one.committed, two.committed));
        let index = Math.min(one.lastIndex, two.lastIndex);
        while (index >= least && one.term(index) !== two.term(index))
            index--;
        for (; index >= least; index--) {
            const terms = [one.term(index), two.term(index)];
            must(terms[0] === terms[1], 'log matching', () => `${a.self} and ${b.self} at ${index}: terms ${terms}`);
        }
        this.rising(a);
    }
    /** Terms never fall along a log. */
    rising(core) {
        const { log } = memberOf(core);
        for (let index = log.lastIndex; index > Math.max(log.committed, log.firstIndex); index--) {
            const [before, here] = [log.term((index - 1)) ?? 0, log.term(index) ?? 0];
            must(before <= here, 'log order', () => `${core.self} has term ${here} at ${index} after term ${before}`);
        }
    }
    newLeader(core) {
        const { self, term } = core;
        const known = this.leaders.get(term);
        must((known ?? self) === self, 'election safety', () => `${known} and ${self} both lead term ${term}`);
        this.leaders.set(term, self);
        this.leadersSeen++;
        const { log } = memberOf(core);
        let last = this.committed;
        // A candidate of long ago may win late: it need not know what was committed in later terms.
        while (last > 0 && this.committedBy[last] > term)
            last = (last - 1);
        if (last < log.firstIndex)
            return;
        const complete = log.term(last) === this.committedTerms[last];
        must(complete, 'leader completeness', () => `${self} leads term ${term} without committed entry ${last}`);
    }
    commitRose(core, seen, committed) {
        const { log } = memberOf(core);
        if (core.role === 'leader' && seen.leads && seen.term === core.term && seen.committed > 0) {
            const own = log.term(committed) === core.term;
            must(own, 'commit in own term', () => `${core.self} commits ${committed} of an older term than ${core.term}`);
        }
        for (let index = Math.max(seen.committed + 1, log.firstIndex); index <= committed; index++) {
            const term = log.term(index);
            const known = this.committedTerms[index];
            if (known === undefined) {
                this.committedTerms[index] = term;
                this.committedBy[index] = core.term;
            }
            else {
                must(known === term, 'committed entry', () => `${core.self} has another entry ${index}: ${term}, not ${known}`);
            }
        }
    }
    voted(voter, term, candidate) {
        const promises = this.promisesOf(voter, term);
        const earlier = promises.term === term ? promises.vote : 0;
        const once = earlier === 0 || earlier === candidate;
        must(once, 'one vote a term', () => `${voter} votes for ${candidate} in term ${term}, before for ${earlier}`);
        if (promises.term === term)
            promises.vote = candidate;
    }
    promisesOf(id, term) {
        let promises = this.promises.get(id);
        if (promises === undefined) {
            promises = { term: 0, vote: 0, ackTerm: 0, ackIndex: 0 };
            this.promises.set(id, promises);
        }
        if (term > promises.term) {
            promises.term = term;
            promises.vote = 0;
        }
        return promises;
    }
}
//# sourceMappingURL=raft-watch.js.map