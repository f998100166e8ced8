import type { Datanode } from './datanode.js';
import { DEFAULT_RACK, normalizeRackPath, Rack } from './rack.js';

/**
 * Racks and the live datanodes in them (NetworkTopology). Names are resolved from a table (host name or address →
 * rack path) that whoever reads `net.topology.table.file.name` or runs the script fills in.
 */
export class Topology {
  /** All live datanodes, in no order. */
  readonly datanodes: Datanode[] = [];
  private readonly racks = new Map<string, Rack>();
  private table: ReadonlyMap<string, string> = new Map();
  /** Racks that hold at least one datanode which is not decommissioned or about to be (getNumOfNonEmptyRacks). */
  rackCount = 0;
  /** HDFS judges rack spread only when there was ever a second rack (hasClusterEverBeenMultiRack). */
  everMultiRack = false;

  /** Replaces the table; datanodes move at their next registration. */
  setTable(table: ReadonlyMap<string, string>): void {
    this.table = table;
  }

  /** The rack path of the first name the table knows, else the default rack. */
  resolve(...names: readonly string[]): string {
    for (const name of names) {
      const path = this.table.get(name);
      if (path !== undefined) return normalizeRackPath(path);
    }
    return DEFAULT_RACK;
  }

  /** The rack of a path, made when new. */
  rack(path: string): Rack {
    let rack = this.racks.get(path);
    if (rack === undefined) {
      rack = new Rack(path);
      this.racks.set(path, rack);
    }
    return rack;
  }

  /** The rack of a path, if it was ever named. */
  findRack(path: string): Rack | undefined {
    return this.racks.get(path);
  }

  add(datanode: Datanode): void {
    if (this.contains(datanode)) return;
    this.datanodes.push(datanode);
    datanode.rack.datanodes.push(datanode);
    if (!datanode.decommissioning && ++datanode.rack.staying === 1) this.rackCount++;
    if (this.rackCount > 1) this.everMultiRack = true;
  }

  remove(datanode: Datanode): void {
    if (!swapOut(this.datanodes, datanode)) return;
    swapOut(datanode.rack.datanodes, datanode);
    if (!datanode.decommissioning && --datanode.rack.staying === 0) this.rackCount--;
  }

  contains(datanode: Datanode): boolean {
    return datanode.rack.datanodes.includes(datanode);
  }
}

/** Steps between two datanodes: 0 the same, 2 in one rack, 4 in racks under one parent, and so on. */
export function distance(a: Datanode, b: Datanode): number {
  return a === b ? 0 : 2 + rackDistance(a.rack, b.rack);
}

/** 0 for the same rack, else twice the levels up to the common ancestor. */
export function rackDistance(a: Rack, b: Rack): number {
  if (a === b) return 0;
  const depth = Math.max(a.parts.length, b.parts.length);
  let common = 0;
  while (common < a.parts.length && common < b.parts.length && a.parts[common] === b.parts[common]) common++;
  return 2 * (depth - common);
}

function swapOut<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at < 0) return false;
  const last = list.pop() as T;
  if (at < list.length) list[at] = last;
  return true;
}
