import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { Clock, Timer } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { Membership, PeerId } from '../raft/index.js';
import { encodeRoster, type GroupView, type Member, type Replicator, type Roster } from '../replication/index.js';
import { awaitGroup } from './await-group.js';

/** How often the leader looks whether somebody is to be promoted, and a journal node whether to hand over. */
const LOOK_MS = 100;
/** A learner that lacks no more entries than this gets its vote. */
const CAUGHT_UP_ENTRIES = 1000;
/** A hand-over that has not come about is given up by Raft after an election timeout; nobody waits longer. */
const TRANSFER_MS = 3000;

type Done = (refusal: Failure | undefined) => void;

/** What a node that was taken in begins with. */
export interface Admitted {
  readonly id: PeerId;
  readonly membership: Membership;
}

/**
 * The leader's care for the group: takes nodes in as learners, gives them their vote once they have caught up, lets
 * members go, and hands over. One change at a time; whoever comes meanwhile is told to come back.
 */
export class Steward {
  private readonly replicator: Replicator;
  private readonly group: GroupView;
  private readonly clusterId: () => string;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly votesOnly: boolean;
  private timer: Timer | null = null;
  private changing = false;

  constructor(
    replicator: Replicator,
    group: GroupView,
    clusterId: () => string,
    clock: Clock,
    log: Logger,
    votesOnly: boolean,
  ) {
    this.replicator = replicator;
    this.group = group;
    this.clusterId = clusterId;
    this.clock = clock;
    this.log = log;
    this.votesOnly = votesOnly;
  }

  start(): void {
    this.timer = this.clock.setTimer(LOOK_MS, () => {
      this.start();
      this.look();
    });
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /**
   * Takes a node in under a new Raft id; a member of the same name or address has lost its disk and goes with the same
   * change. For a node that has an id, its addresses are noted.
   */
  join(node: Member, done: (result: Admitted | Failure) => void): void {
    const { roster } = this.group;
    const known = node.id === 0 ? undefined : roster.members.find(({ id }) => id === node.id);
    if (known !== undefined || this.isFounderWithoutName(node)) {
      this.update(node, done);
      return;
    }
    const { membership } = this.replicator;
    if (membership === undefined) {
      done(notNow());
      return;
    }
    if (node.id !== 0) {
      done(failure('AccessControlException', `Member ${node.id} was removed from the group`));
      return;
    }
    const id = this.nextId(membership, roster);
    const replaced = roster.members.filter(({ name, rpc }) => name === node.name || rpc === node.rpc);
    if (replaced.some((member) => member.id === this.group.self)) {
      done(failure('AccessControlException', `${node.name} at ${node.rpc} is the leader's own name or address`));
      return;
    }
    // Two nodes that were given one name must not throw each other out.
    const alive = replaced.find((member) => this.replicator.progressOf(member.id)?.inTouch === true);
    if (alive !== undefined) {
      done(failure('RetriableException', `Member ${alive.id}, ${alive.name} at ${alive.rpc}, is alive`));
      return;
    }
    const stays = (peer: PeerId): boolean => replaced.every((member) => member.id !== peer);
    const members = [...roster.members.filter((member) => stays(member.id)), { ...node, id }];
    const voters = membership.voters.filter(stays);
    const learners = [...membership.learners.filter(stays), id];
    this.log.info('a node joins the group', {
      id,
      name: node.name,
      rpc: node.rpc,
      replaces: replaced.map((m) => m.id),
    });
    this.change(voters, learners, { clusterId: this.clusterId(), lastId: id, members }, (refusal) => {
      done(refusal ?? this.admitted(id));
    });
  }

  /** Lets a member go; its journal counts no longer. */
  remove(nameOrId: string, done: Done): void {
    const { roster, self } = this.group;
    const { membership } = this.replicator;
    const member = this.find(nameOrId);
    if (member === undefined || membership === undefined) {
      done(unknown(nameOrId));
      return;
    }
    if (member.id === self) {
      done(failure('IOException', `${member.name} leads the group: hand over first (rfs haadmin -transfer)`));
      return;
    }
    const stays = (peer: PeerId): boolean => peer !== member.id;
    const members = roster.members.filter(({ id }) => stays(id));
    this.log.info('a member leaves the group', { id: member.id, name: member.name });
    this.change(membership.voters.filter(stays), membership.learners.filter(stays), { ...roster, members }, done);
  }

  /** Hands leadership to a member, the most advanced namenode by default; answers when it leads. */
  transfer(nameOrId: string, done: Done): void {
    const target = nameOrId === '' ? this.successor() : this.find(nameOrId);
    if (target === undefined) {
      done(nameOrId === '' ? nobodyElse() : unknown(nameOrId));
      return;
    }
    if (target.role === 'journal') {
      done(failure('ServiceFailedException', `${target.name} is a journal node, which does not lead`));
      return;
    }
    if (target.id === this.group.self) {
      done(undefined);
      return;
    }
    if (!this.replicator.transferTo(target.id)) {
      done(failure('ServiceFailedException', `${target.name} has no vote yet`));
      return;
    }
    const leads = (): boolean => this.group.leader?.id === target.id;
    awaitGroup(this.group, this.clock, TRANSFER_MS, leads, `${target.name} did not take over in time`, done);
  }

  /** The namenode with a vote that has the most of the log, other than this one. */
  private successor(): Member | undefined {
    let best: Member | undefined;
    let bestMatch = 0;
    for (const member of this.group.members) {
      if (member.role === 'journal' || member.id === this.group.self) continue;
      const progress = this.replicator.progressOf(member.id);
      if (progress === undefined || !progress.inTouch || progress.match <= bestMatch) continue;
      if (this.replicator.membership?.voters.includes(member.id) !== true) continue;
      best = member;
      bestMatch = progress.match;
    }
    return best;
  }

  private look(): void {
    if (this.replicator.progressOf(this.group.self) === undefined) return;
    // Whoever keeps no state is not to lead, nor one that can take no change: its disk is full, those of others are not.
    if (this.votesOnly || this.replicator.room.isFull) {
      const heir = this.successor();
      if (heir !== undefined) this.replicator.transferTo(heir.id);
      return;
    }
    if (!this.changing) this.promote();
  }

  private promote(): void {
    const { replicator } = this;
    const { membership } = replicator;
    if (membership === undefined || membership.outgoing.length > 0) return;
    const ready = membership.learners.find((id) => {
      const progress = replicator.progressOf(id);
      if (progress === undefined || !progress.inTouch || progress.match === 0) return false;
      // Journals reach back to what the voters' states hold, this one's among them: a journal node alone must be able to
      // bring the new voter forward.
      if (progress.match < replicator.retention.standing.durable) return false;
      return replicator.lastIndex - progress.match <= CAUGHT_UP_ENTRIES;
    });
    if (ready === undefined) return;
    const learners = membership.learners.filter((id) => id !== ready);
    this.change([...membership.voters, ready], learners, this.group.roster, (refusal) => {
      if (refusal === undefined) this.log.info('a member has caught up and votes', { id: ready });
    });
  }

  private update(node: Member, done: (result: Admitted | Failure) => void): void {
    const { membership } = this.replicator;
    if (membership === undefined) {
      done(notNow());
      return;
    }
    const { roster } = this.group;
    const known = roster.members.find(({ id }) => id === node.id);
    if (known !== undefined && same(known, node)) {
      done(this.admitted(node.id));
      return;
    }
    const members = [...roster.members.filter(({ id }) => id !== node.id), node];
    const lastId = Math.max(roster.lastId, node.id);
    this.change(membership.voters, membership.learners, { clusterId: this.clusterId(), lastId, members }, (refusal) =>
      done(refusal ?? this.admitted(node.id)),
    );
  }

  private change(voters: readonly PeerId[], learners: readonly PeerId[], roster: Roster, done: Done): void {
    if (this.changing) {
      done(notNow());
      return;
    }
    this.changing = true;
    this.replicator.changeMembership(
      { voters, learners, context: encodeRoster(roster) },
      {
        applied: () => {
          this.changing = false;
          done(undefined);
        },
        refused: (refusal) => {
          this.changing = false;
          done(isFailure(refusal) ? refusal : notNow());
        },
      },
    );
  }

  /** Groups founded before memberships named their members have one that nobody names. */
  private isFounderWithoutName(node: Member): boolean {
    const { membership } = this.replicator;
    return node.id !== 0 && membership?.voters.includes(node.id) === true;
  }

  private nextId(membership: Membership, roster: Roster): PeerId {
    return 1 + Math.max(roster.lastId, ...membership.voters, ...membership.outgoing, ...membership.learners);
  }

  private admitted(id: PeerId): Admitted | Failure {
    const { membership } = this.replicator;
    return membership === undefined ? notNow() : { id, membership };
  }

  private find(nameOrId: string): Member | undefined {
    const { members } = this.group;
    return members.find(({ name }) => name === nameOrId) ?? members.find(({ id }) => String(id) === nameOrId);
  }
}

function same(a: Member, b: Member): boolean {
  return a.name === b.name && a.role === b.role && a.rpc === b.rpc && a.http === b.http;
}

function notNow(): Failure {
  return failure('RetriableException', 'The membership is being changed; try again');
}

function nobodyElse(): Failure {
  return failure('ServiceFailedException', 'There is no other namenode that could lead now');
}

function unknown(nameOrId: string): Failure {
  return failure('IOException', `There is no member ${nameOrId} in the group`);
}
