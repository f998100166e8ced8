import type { DatanodeInfoProto, StorageTypeProto } from '@rfs/protocol/messages';

/** A live datanode as the plan sees it. */
export interface Node {
  readonly uuid: string;
  readonly rack: string;
  readonly info: DatanodeInfoProto;
}

/** All storages of one type on one datanode: what is balanced (Dispatcher.StorageGroup). */
export class StorageGroup {
  readonly node: Node;
  readonly type: StorageTypeProto;
  /** In percent. */
  readonly utilization: number;
  /** What it may give, or take, in this iteration. */
  readonly maxBytes: number;
  /** What has been promised of that. */
  plannedBytes = 0;

  constructor(node: Node, type: StorageTypeProto, utilization: number, maxBytes: number) {
    this.node = node;
    this.type = type;
    this.utilization = utilization;
    this.maxBytes = maxBytes;
  }

  get leftBytes(): number {
    return this.maxBytes - this.plannedBytes;
  }
}

/** The groups by how full they are beside the average of their type. */
export interface Classes {
  readonly over: readonly StorageGroup[];
  readonly above: readonly StorageGroup[];
  readonly below: readonly StorageGroup[];
  readonly under: readonly StorageGroup[];
}

/** So many bytes are to go from one group to another. */
export interface Task {
  readonly source: StorageGroup;
  readonly target: StorageGroup;
  /** Counted down as moves are chosen. */
  leftBytes: number;
}

/** Where a block has a replica. */
export interface Place {
  readonly node: Node;
  readonly type: StorageTypeProto;
}

/** A block that a source may give away. */
export interface Block {
  readonly id: number;
  readonly stamp: number;
  readonly bytes: number;
  readonly places: readonly Place[];
}

/** One replica to move: the target copies it from the proxy, and the source's goes. */
export interface Move {
  readonly block: Block;
  readonly source: StorageGroup;
  readonly target: StorageGroup;
  readonly proxy: Node;
}
