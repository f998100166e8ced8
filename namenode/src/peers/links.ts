import type { Message, PeerId } from '../raft/index.js';
import type { Member, PeerLink } from '../replication/index.js';
import { Peer, type PeerContext } from './peer.js';

/** How the clock of elections runs. */
export interface ElectionClock {
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly cacheBytes: number;
}

/** The ways to all other members. They follow the log's newest membership. */
export class PeerLinks implements PeerLink {
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly cacheBytes: number;
  private readonly context: PeerContext;
  private readonly peers = new Map<PeerId, Peer>();

  constructor(clock: ElectionClock, context: PeerContext) {
    this.tickMs = clock.tickMs;
    this.electionTicks = clock.electionTicks;
    this.heartbeatTicks = clock.heartbeatTicks;
    this.cacheBytes = clock.cacheBytes;
    this.context = context;
  }

  send(messages: readonly Message[]): void {
    for (const message of messages) this.peers.get(message.to)?.send(message);
    // What left in one go is one frame for each member.
    for (const peer of this.peers.values()) peer.flush();
  }

  /** These are the members now, this one among them. */
  follow(members: readonly Member[]): void {
    const self = this.context.self();
    for (const [id, peer] of this.peers) {
      if (members.some((member) => member.id === id && member.rpc === peer.address)) continue;
      peer.close();
      this.peers.delete(id);
    }
    for (const { id, rpc } of members) {
      if (id === self || this.peers.has(id)) continue;
      const peer = new Peer(id, rpc, this.context);
      this.peers.set(id, peer);
      peer.open();
    }
  }

  /** The member has called, so it is there. */
  heardOf(id: PeerId): void {
    this.peers.get(id)?.retryNow();
  }

  close(): void {
    for (const peer of this.peers.values()) peer.close();
    this.peers.clear();
  }
}
