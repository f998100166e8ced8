import { type Failure, isFailure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import type { BlockManager, Datanode } from '../blocks/index.js';

import { type HostLists, NO_HOSTS } from './hosts.js';

/** Reads the lists anew. */
export type HostListReader = () => Promise<HostLists | Failure>;

/**
 * Which datanodes belong to the cluster and which are to leave it, by the operator's lists (DatanodeManager). One that
 * is not included, where anyone is, is turned away; one that is excluded is emptied, and may go once it is; one whose
 * maintenance is not over yet may go as soon as enough others have what it has.
 */
export class Admission {
  private readonly blocks: BlockManager;
  private readonly clock: Clock;
  private readonly read: HostListReader;
  private lists: HostLists = NO_HOSTS;

  constructor(blocks: BlockManager, clock: Clock, read: HostListReader) {
    this.blocks = blocks;
    this.clock = clock;
    this.read = read;
  }

  /** Reads the lists and has datanodes follow them; when they cannot be read, the old ones hold. */
  async refresh(): Promise<Failure | undefined> {
    const lists = await this.read();
    if (isFailure(lists)) return lists;
    this.follow(lists);
    return undefined;
  }

  /** Has every datanode follow these lists, and who registers from now on. */
  follow(lists: HostLists): void {
    this.lists = lists;
    for (const datanode of this.blocks.datanodeReport('ALL')) {
      const { ipAddr, xferPort } = datanode.registration;
      if (this.admits(ipAddr, xferPort)) this.tell(datanode, false);
    }
  }

  /** The refusal of a datanode at an address; `name` is what the message calls it. */
  check(ip: string, xferPort: number, name: string): Failure | undefined {
    if (this.admits(ip, xferPort)) return undefined;
    const message = `Datanode denied communication with namenode because the host is not in the include-list: ${name}`;
    return failure('DisallowedDatanodeException', message);
  }

  /** A datanode that the lists take out of service begins to leave when it registers (startAdminOperationIfNecessary). */
  registered(datanode: Datanode): void {
    this.tell(datanode, true);
  }

  private admits(ip: string, xferPort: number): boolean {
    return this.lists.included.empty || this.lists.included.has(ip, xferPort);
  }

  /** Maintenance goes before leaving; `keep` leaves one alone that is named in no list. */
  private tell(datanode: Datanode, keep: boolean): void {
    const { ipAddr, xferPort } = datanode.registration;
    const { excluded, maintenance } = this.lists;
    const nowMs = this.clock.monotonicMs();
    const leftMs = (maintenance.get(ipAddr, xferPort) ?? 0) - this.clock.nowMs();
    if (leftMs > 0) this.blocks.setMaintenance(datanode, nowMs + leftMs, nowMs);
    else if (excluded.has(ipAddr, xferPort)) this.blocks.setLeaving(datanode, true, nowMs);
    else if (!keep) this.blocks.setLeaving(datanode, false, nowMs);
  }
}
