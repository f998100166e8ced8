import type {
  DatanodeInfoProto,
  ExtendedBlockProto,
  LocatedBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  TokenProto,
} from '@rfs/protocol/messages';
import type { Targets } from './pipeline.js';

/** The block that is being written: what is acknowledged of it, and by which datanodes. */
export class BlockWriting {
  /** Its length is what all datanodes have acknowledged. */
  current: ExtendedBlockProto;
  token: TokenProto;
  targets: Targets;
  stage: Stage;
  /** Datanodes that failed while it was written. */
  readonly failed: DatanodeInfoProto[] = [];
  /** What each of them did, for the message when nothing is left to try. */
  readonly stories: string[] = [];
  private sentTo: number;

  constructor(located: LocatedBlockProto, stage: Stage) {
    this.current = { ...located.b, numBytes: located.b.numBytes ?? 0 };
    this.token = located.blockToken;
    this.targets = targetsOf(located);
    this.stage = stage;
    this.sentTo = this.ackedBytes;
  }

  get ackedBytes(): number {
    return this.current.numBytes ?? 0;
  }

  get sentBytes(): number {
    return this.sentTo;
  }

  sent(endInBlock: number): void {
    if (endInBlock > this.sentTo) this.sentTo = endInBlock;
  }

  acknowledged(endInBlock: number): void {
    this.current.numBytes = endInBlock;
  }

  /** Takes a datanode out of the pipeline. */
  dropNode(index: number, what: string): void {
    const { nodes, storageTypes, storageIds } = this.targets;
    const { id } = nodes[index]!;
    this.failed.push(nodes[index]!);
    this.stories.push(`${id.ipAddr}:${id.xferPort}: ${what}`);
    const others = <T>(list: readonly T[]): T[] => list.filter((_, at) => at !== index);
    this.targets = { nodes: others(nodes), storageTypes: others(storageTypes), storageIds: others(storageIds) };
  }
}

/** The datanodes that a located block names. */
export function targetsOf(located: LocatedBlockProto): Targets {
  return { nodes: located.locs, storageTypes: located.storageTypes, storageIds: located.storageIDs };
}
