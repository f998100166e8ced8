import type { Datanode } from '@rfs/namenode/blocks';
import { HostSet, NO_HOSTS } from '@rfs/namenode/service';
import type { World } from '../cluster.js';
import { must } from '../failure.js';
import type { SimMember } from '../member.js';
import type { SimServer } from '../server.js';
import { BLOCKS } from '../settings.js';
import type { SimDatanode } from './sim-datanode.js';

/** So late a namenode may read a list that has changed. */
const READ_MS = 2000;
/** The operator changes his mind, or has the emptied datanode back, within this time. */
const BACK_MS = 90_000;

/**
 * The operator's list of datanodes that are to be emptied. Every namenode reads it when it starts and when it is told
 * to. What a leader says to be empty is taken away at once, with its disk, or serves again.
 */
export class LeavingDatanodes {
  private readonly world: World;
  private readonly excluded = new Set<SimDatanode>();
  /** How many were said to be empty. */
  emptied = 0;

  constructor(world: World) {
    this.world = world;
  }

  has(node: SimDatanode): boolean {
    return this.excluded.has(node);
  }

  /** The datanode is to be emptied, if the others are enough for every file. */
  begin(node: SimDatanode): void {
    const { world, excluded } = this;
    const serving = world.datanodes.length - excluded.size;
    if (excluded.has(node) || serving <= world.bounds.replication[1]) return;
    this.list(node, true);
    world.scheduler.after(world.random.below(BACK_MS), () => this.haveBack(node));
  }

  /** The namenode reads the list. */
  read({ admission }: SimServer): void {
    admission.follow({ ...NO_HOSTS, excluded: new HostSet([...this.excluded].map(({ ip }) => ip)) });
  }

  /** What a namenode says of the datanodes that are to leave is looked at as soon as it says it. */
  watch(member: SimMember, server: SimServer): void {
    const { datanodes } = server.blocks;
    const set = datanodes.setAdminState.bind(datanodes);
    datanodes.setAdminState = (datanode, state) => {
      const before = datanode.adminState;
      set(datanode, state);
      const isDone = state === 'DECOMMISSIONED' && before === 'DECOMMISSION_INPROGRESS';
      if (isDone && server.isCurrent && member.running?.replicator.leading === true) this.said(server, datanode);
    };
  }

  /** A datanode that a leader should have found empty by now; undefined when there is none. */
  unfinished(server: SimServer): string | undefined {
    for (const { id } of this.excluded) {
      const state = server.blocks.datanodes.get(id.datanodeUuid)?.adminState;
      if (state !== 'DECOMMISSIONED')
        return `${id.datanodeUuid} is to leave and ${state ?? 'unknown'} at ${server.name}`;
    }
    return undefined;
  }

  /** Not before all namenodes have missed what it was before it lost its disk: else they would count on that again. */
  private haveBack(node: SimDatanode): void {
    const { isEnding, scheduler, members } = this.world;
    if (isEnding) return;
    const { ipAddr, datanodeUuid } = node.id;
    const isMissed = members.every(({ running }) => {
      const known = [...(running?.server?.blocks.datanodes.all() ?? [])];
      return known.every(({ alive, uuid, registration }) => {
        return !alive || uuid === datanodeUuid || registration.ipAddr !== ipAddr;
      });
    });
    if (isMissed) this.list(node, false);
    else scheduler.after(READ_MS, () => this.haveBack(node));
  }

  private list(node: SimDatanode, leaves: boolean): void {
    const { scheduler, members, random } = this.world;
    if (leaves) this.excluded.add(node);
    else this.excluded.delete(node);
    for (const member of members) {
      scheduler.after(random.below(READ_MS), () => {
        const { running } = member;
        running?.process.run(() => running.server && this.read(running.server));
      });
    }
  }

  private said(server: SimServer, datanode: Datanode): void {
    const { world } = this;
    const node = world.datanodes.find(({ id }) => id.datanodeUuid === datanode.uuid);
    if (node === undefined) return;
    this.emptied++;
    this.checkSpared(server, node);
    if (world.isEnding || world.random.below(2) === 0 || !this.excluded.has(node) || node.replicas.size === 0) return;
    world.scheduler.after(0, () => {
      node.loseDisk();
      world.crashDatanode(node, 20 + world.random.below(READ_MS));
    });
  }

  /** Whatever the datanode has, others in service have as often as they should. */
  private checkSpared(server: SimServer, node: SimDatanode): void {
    const { datanodes, blockWatch, history } = this.world;
    const serving = new Set(
      [...server.blocks.datanodes.all()].filter(({ inService }) => inService).map(({ uuid }) => uuid),
    );
    const others = datanodes.filter(({ id }) => serving.has(id.datanodeUuid));
    // What was lost with a disk counts until its datanode is missed.
    const unnoticed = serving.size - others.length;
    for (const block of history.blocks.byId.values()) {
      if (block.state !== 'complete' || !blockWatch.isRightAt(block, node)) continue;
      const count = others.filter((other) => blockWatch.isRightAt(block, other)).length;
      const wanted = Math.min(block.file.replication, BLOCKS.defaultReplication) - unnoticed;
      must(count >= wanted, 'decommission', () => {
        const what = `${node.id.datanodeUuid} to be empty, and of block ${block.id}_${block.stamp}, which it has`;
        return `${server.name} says ${what}, there are ${count} right replicas in service, not ${wanted}`;
      });
    }
  }
}
