import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { Clock, Timer } from '@rfs/base/seams';
import { type ClientIdentity, RpcClient } from '@rfs/protocol/rpc';
import type { DeliverRequestProto, PeerMessageProto } from '../generated/raft.js';
import type { Message, PeerId } from '../raft/index.js';
import type { Standing } from '../replication/index.js';
import { wireBytes, wireMessage } from './codec.js';
import { peerProtocol } from './protocol.js';

/** What the connections to all members have in common. */
export interface PeerContext {
  readonly self: () => PeerId;
  readonly clusterId: () => string;
  readonly standing: () => Standing;
  readonly user: string;
  readonly identity: ClientIdentity;
  readonly clock: Clock;
  readonly log: Logger;
  /** A member that leaves a question unanswered for this long is stuck: its connection is made anew. */
  readonly stuckMs: number;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;
const CONNECT_MS = 2000;
/** Beyond this much that was sent and not taken, messages are dropped: Raft sends again what matters. */
const MAX_UNANSWERED_BYTES = 48 << 20;
/** With the next batch the member is asked for an answer after so much time, and after so many bytes. */
const ASK_MS = 250;
const ASK_BYTES = 4 << 20;
/** Messages that wait for the connection; of more, the oldest are dropped. */
const MAX_WAITING = 64;

/**
 * The way to one other member: a connection of its own, made again whenever it ends, on which batches of messages
 * follow each other without waiting.
 */
export class Peer {
  readonly id: PeerId;
  readonly address: string;
  private readonly context: PeerContext;
  private client: RpcClient | null = null;
  private greeted = false;
  private waiting: PeerMessageProto[] = [];
  private waitingBytes = 0;
  /** Sent on this connection, and of it what is known to have been taken. */
  private sentBytes = 0;
  private takenBytes = 0;
  private asking = false;
  private askedBytes = 0;
  private askedMs = 0;
  private pauseMs = 0;
  private timer: Timer | null = null;
  private connecting = false;
  private closed = false;
  private complaint = '';

  constructor(id: PeerId, address: string, context: PeerContext) {
    this.id = id;
    this.address = address;
    this.context = context;
  }

  /** Connects if it is time; called as soon as the member is known, so that the first message finds the way open. */
  open(): void {
    if (this.connecting || this.client !== null || this.timer !== null || this.closed) return;
    this.connect();
  }

  /** The member is there, it has just called: no pause is left to be waited for. */
  retryNow(): void {
    this.pauseMs = 0;
    if (this.timer === null) return;
    this.timer.cancel();
    this.timer = null;
    this.open();
  }

  send(message: Message): void {
    if (this.closed || this.sentBytes - this.takenBytes + this.waitingBytes > MAX_UNANSWERED_BYTES) return;
    if (!this.greeted && this.waiting.length >= MAX_WAITING) this.drop();
    this.waiting.push(wireMessage(message));
    this.waitingBytes += wireBytes(message);
    if (!this.greeted) this.open();
  }

  /** Sends what `send` has collected, as one batch, at once: others wait for it. */
  flush(): void {
    const { client } = this;
    if (client === null || !this.greeted || this.waiting.length === 0) return;
    const { self, standing, clock } = this.context;
    const { durable, groupHolds } = standing();
    const messages = this.waiting;
    this.sentBytes += this.waitingBytes;
    this.drop();
    const now = clock.monotonicMs();
    const silent = this.asking || (now - this.askedMs < ASK_MS && this.sentBytes - this.askedBytes < ASK_BYTES);
    const batch = { messages, from: self(), durable, groupHolds, silent };
    if (silent) client.tell(peerProtocol, 'deliver', batch);
    else this.ask(client, batch, now);
  }

  /** Sends a batch whose answer says that all up to it was taken. */
  private ask(client: RpcClient, batch: DeliverRequestProto, now: number): void {
    const upTo = this.sentBytes;
    this.asking = true;
    this.askedBytes = upTo;
    this.askedMs = now;
    const taken = (result: object | Failure): void => {
      if (this.client !== client) return;
      this.asking = false;
      this.takenBytes = upTo;
      if (isFailure(result)) this.broken(client);
    };
    client.call(peerProtocol, 'deliver', batch, taken, { timeoutMs: this.context.stuckMs });
    client.flush();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.timer = null;
    this.client?.close();
    this.client = null;
    this.greeted = false;
    this.drop();
  }

  private drop(): void {
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private connect(): void {
    const { user, identity, clock } = this.context;
    const { host, port } = splitAddress(this.address);
    this.connecting = true;
    RpcClient.connect(
      {
        host,
        port,
        user,
        protocol: peerProtocol,
        identity,
        clock,
        connectTimeoutMs: CONNECT_MS,
        onClosed: () => {
          if (this.client !== null) this.broken(this.client);
        },
      },
      (client) => {
        this.connecting = false;
        if (this.closed) {
          if (client instanceof RpcClient) client.close();
        } else if (client instanceof RpcClient) this.greet(client);
        else this.later();
      },
    );
  }

  private greet(client: RpcClient): void {
    this.client = client;
    this.sentBytes = 0;
    this.takenBytes = 0;
    this.asking = false;
    this.askedBytes = 0;
    this.askedMs = 0;
    const { context, id: to } = this;
    const request = { clusterId: context.clusterId(), from: context.self(), to };
    const greeted = (result: object | Failure): void => {
      if (this.client !== client) return;
      if (isFailure(result)) {
        if (result.code !== 'RetriableException') this.complain(result.message);
        this.broken(client);
        return;
      }
      this.complaint = '';
      this.greeted = true;
      this.pauseMs = 0;
      this.flush();
    };
    client.call(peerProtocol, 'greet', request, greeted, { timeoutMs: context.stuckMs });
  }

  private broken(client: RpcClient): void {
    if (this.client !== client) return;
    this.client = null;
    this.greeted = false;
    client.close();
    if (this.closed) return;
    this.drop();
    this.later();
  }

  private later(): void {
    this.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.pauseMs * 2));
    this.timer = this.context.clock.setTimer(this.pauseMs, () => {
      this.timer = null;
      this.open();
    });
  }

  /** Says once what a member says again at every attempt. */
  private complain(message: string): void {
    if (message === this.complaint) return;
    this.complaint = message;
    this.context.log.warn('a member of the group refuses the connection', {
      member: this.id,
      address: this.address,
      message,
    });
  }
}

/** Host and port of host:port, where the host may be an IPv6 address in brackets. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
