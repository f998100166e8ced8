import { type Failure, isFailure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import { type ClientIdentity, RpcClient } from '@rfs/protocol/rpc';
import type { GroupView } from '../replication/index.js';
import { awaitGroup } from './await-group.js';
import { splitAddress } from './peer.js';
import { groupProtocol } from './protocol.js';
import type { Steward } from './steward.js';

const CONNECT_MS = 1000;
const CALL_MS = 5000;

type Done = (refusal: Failure | undefined) => void;

/** Hadoop's operators make one namenode active and another standby; here that moves the group's leadership. */
export class Takeover {
  private readonly group: GroupView;
  private readonly steward: Steward;
  private readonly user: string;
  private readonly identity: ClientIdentity;
  private readonly clock: Clock;

  constructor(group: GroupView, steward: Steward, user: string, identity: ClientIdentity, clock: Clock) {
    this.group = group;
    this.steward = steward;
    this.user = user;
    this.identity = identity;
    this.clock = clock;
  }

  get leading(): boolean {
    return this.group.leading;
  }

  /** Why this member cannot lead; undefined for one that can. */
  get unfit(): string | undefined {
    const { members, self } = this.group;
    const own = members.find(({ id }) => id === self);
    if (own === undefined) return 'This node belongs to no group yet';
    return own.role === 'journal' ? 'A journal node does not lead' : undefined;
  }

  /** Another namenode leads when `done` is called; at once when this one does not. */
  becomeStandby(done: Done): void {
    if (this.group.leading) this.steward.transfer('', done);
    else done(undefined);
  }

  /** This namenode leads when `done` is called, unless that could not be. */
  becomeActive(done: Done): void {
    if (this.group.leading) {
      done(undefined);
      return;
    }
    const { leader, self } = this.group;
    if (this.unfit !== undefined) done(failure('ServiceFailedException', this.unfit));
    else if (leader === undefined) done(failure('ServiceFailedException', 'Nobody leads the group now'));
    else this.ask(leader.rpc, String(self), done);
  }

  private ask(leaderRpc: string, member: string, done: Done): void {
    const { user, identity, clock } = this;
    const to = { ...splitAddress(leaderRpc), user, protocol: groupProtocol, identity, clock };
    RpcClient.connect({ ...to, connectTimeoutMs: CONNECT_MS, callTimeoutMs: CALL_MS }, (client) => {
      if (!(client instanceof RpcClient)) {
        done(failure('ServiceFailedException', client.message));
        return;
      }
      client.call(groupProtocol, 'transfer', { member }, (answer) => {
        client.close();
        if (isFailure(answer)) done(failure('ServiceFailedException', answer.message));
        else this.awaitLead(done);
      });
    });
  }

  /** Elected it is; it serves once it has applied the first entry of its term. */
  private awaitLead(done: Done): void {
    if (this.group.leading) {
      done(undefined);
      return;
    }
    const leads = (): boolean => this.group.leading;
    awaitGroup(this.group, this.clock, CALL_MS, leads, 'This namenode was not elected in time', done);
  }
}
