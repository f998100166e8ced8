import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { Clock, Timer } from '@rfs/base/seams';
import { type ClientIdentity, callAsync, RpcClient } from '@rfs/protocol/rpc';
import { decodeMembership } from '../raft/index.js';
import { type GroupView, type Member, memberMessage, type Replicator } from '../replication/index.js';
import { splitAddress } from './peer.js';
import { groupProtocol } from './protocol.js';

const RETRY_MS = 200;
const CONNECT_MS = 2000;
const CALL_MS = 5000;
/** Attempts between two lines in the log. */
const ATTEMPTS_PER_LINE = 50;

export interface JoiningOptions {
  readonly replicator: Replicator;
  readonly group: GroupView;
  /** host:port of nodes that may know the group. */
  readonly contacts: readonly string[];
  /** This node as it is reached now; without an id. */
  readonly node: Omit<Member, 'id'>;
  readonly user: string;
  readonly identity: ClientIdentity;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes this node known to its group: one with an empty journal asks to be taken in, one that is a member tells when it
 * is reached elsewhere than the group thinks. Asks again until it is done.
 */
export class Joining {
  private readonly options: JoiningOptions;
  private timer: Timer | null = null;
  private closed = false;
  private attempts = 0;

  constructor(options: JoiningOptions) {
    this.options = options;
  }

  /** Begins; a member says hello even if the group knows it, and so learns whether it still belongs there. */
  start(): void {
    void this.attempt();
  }

  private again(): void {
    if (!this.isKnown()) this.start();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
  }

  /** The first of `contacts` that answers belongs to a group: then nobody may found another one. */
  async groupExists(): Promise<boolean> {
    for (const contact of this.others()) {
      const answer = await this.call(contact, (client) => callAsync(client, groupProtocol, 'describe', {}));
      if (!isFailure(answer) && answer.clusterId !== '') return true;
    }
    return false;
  }

  private isKnown(): boolean {
    const { group, node } = this.options;
    const known = group.members.find(({ id }) => id === group.self);
    if (known === undefined) return false;
    return known.name === node.name && known.rpc === node.rpc && known.http === node.http && known.role === node.role;
  }

  private others(): string[] {
    const { contacts, group, node } = this.options;
    const all = [...group.members.map(({ rpc }) => rpc), ...contacts];
    return [...new Set(all)].filter((rpc) => rpc !== node.rpc);
  }

  private async attempt(): Promise<void> {
    const { group, node } = this.options;
    const queue = [...(group.leading ? [node.rpc] : []), ...this.others()];
    const asked = new Set<string>();
    let refusal: Failure | undefined;
    let removed = false;
    for (let contact = queue.shift(); contact !== undefined; contact = queue.shift()) {
      if (this.closed || asked.has(contact)) continue;
      asked.add(contact);
      const member = memberMessage({ ...node, id: group.self });
      const answer = await this.call(contact, (client) => callAsync(client, groupProtocol, 'join', { member }));
      if (this.closed) return;
      if (isFailure(answer)) {
        refusal = answer;
        removed = answer.code === 'AccessControlException' && group.self !== 0;
      } else if (answer.leaderRpc !== undefined) queue.unshift(answer.leaderRpc);
      else if (answer.membership !== undefined) {
        this.taken(answer.id, answer.membership);
        return;
      }
    }
    if (removed) {
      this.options.log.error('this node is no member of its group any more; with an empty folder it may join again', {
        refusal,
      });
      return;
    }
    if (!this.isKnown() && this.attempts++ % ATTEMPTS_PER_LINE === 0) {
      this.options.log.info('the group does not take this node in yet', { asked: [...asked], refusal });
    }
    this.timer = this.options.clock.setTimer(RETRY_MS, () => this.again());
  }

  private taken(id: number, membership: Uint8Array): void {
    const { replicator, log } = this.options;
    log.info('the group knows this node', { id });
    if (replicator.mustJoin && replicator.membership === undefined) replicator.join(id, decodeMembership(membership));
  }

  private call<T>(address: string, use: (client: RpcClient) => Promise<T | Failure>): Promise<T | Failure> {
    const { user, identity, clock } = this.options;
    const { host, port } = splitAddress(address);
    const options = {
      host,
      port,
      user,
      protocol: groupProtocol,
      identity,
      clock,
      connectTimeoutMs: CONNECT_MS,
      callTimeoutMs: CALL_MS,
    };
    return new Promise((resolve) => {
      RpcClient.connect(options, (client) => {
        if (!(client instanceof RpcClient)) {
          resolve(client);
          return;
        }
        void use(client).then((answer) => {
          client.close();
          resolve(answer);
        });
      });
    });
  }
}
