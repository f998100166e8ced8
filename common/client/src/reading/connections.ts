import type { Clock, Timer } from '@rfs/base/seams';
import type { DatanodeIDProto } from '@rfs/protocol/messages';
import { type DataEvents, type DataSocket, dialDatanode } from '../network/index.js';
import type { ClientSettings } from '../settings/index.js';
import { ReplicaProblem } from './problem.js';

interface Idle extends DataEvents {
  readonly socket: DataSocket;
  readonly timer: Timer;
}

/** Connections to datanodes for reading; one that has done its work waits a little for the next (PeerCache). */
export class DatanodeConnections {
  private readonly settings: ClientSettings;
  private readonly clock: Clock;
  /** By address; the most recent last. */
  private readonly idle = new Map<string, Idle[]>();
  private idleCount = 0;
  /** Block ranges that somebody is reading. */
  readers = 0;

  constructor(settings: ClientSettings, clock: Clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** How long a datanode that is to send something may be silent. */
  get patienceMs(): number {
    return this.settings.socketTimeoutMs;
  }

  /** A connection to `node` whose events go to `events`. Throws ReplicaProblem. */
  async take(node: DatanodeIDProto, events: DataEvents): Promise<{ socket: DataSocket; reused: boolean }> {
    const { settings, clock } = this;
    const waiting = this.idle.get(addressOf(node))?.at(-1);
    if (waiting !== undefined) {
      this.forget(node, waiting);
      waiting.socket.handOver(events);
      waiting.socket.expect(this.patienceMs);
      return { socket: waiting.socket, reused: true };
    }
    const host = settings.useDatanodeHostname ? node.hostName : node.ipAddr;
    const socket = await dialDatanode(host, node.xferPort, settings.socketTimeoutMs, clock, events);
    if (socket instanceof Error) throw new ReplicaProblem('lost', socket.message);
    socket.expect(this.patienceMs);
    return { socket, reused: false };
  }

  /** Takes back a connection on which nothing is under way. */
  giveBack(node: DatanodeIDProto, socket: DataSocket): void {
    socket.expect(0);
    if (!socket.open || this.idleCount >= this.settings.socketCacheCapacity) {
      socket.destroy();
      return;
    }
    const entry: Idle = {
      socket,
      timer: this.clock.setTimer(this.settings.keepaliveMs, () => socket.destroy()),
      // A datanode that speaks unasked has lost the thread.
      bytes: () => {
        socket.destroy();
        return false;
      },
      closed: () => this.forget(node, entry),
    };
    socket.handOver(entry);
    const address = addressOf(node);
    const list = this.idle.get(address);
    if (list === undefined) this.idle.set(address, [entry]);
    else list.push(entry);
    this.idleCount++;
  }

  close(): void {
    for (const list of [...this.idle.values()]) for (const { socket } of [...list]) socket.destroy();
  }

  private forget(node: DatanodeIDProto, entry: Idle): void {
    const address = addressOf(node);
    const list = this.idle.get(address);
    const at = list?.indexOf(entry) ?? -1;
    if (list === undefined || at < 0) return;
    entry.timer.cancel();
    list.splice(at, 1);
    if (list.length === 0) this.idle.delete(address);
    this.idleCount--;
  }
}

function addressOf(node: DatanodeIDProto): string {
  return `${node.ipAddr}:${node.xferPort}`;
}
