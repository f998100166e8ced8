import type { BlockId } from '@rfs/base/ids';
import type { BlockInspection, BlockManager, Datanode, InspectedReplica, TroubledBlock } from '../../blocks/index.js';
import { pathOf, type StateMachine } from '../../namespace/index.js';
import { countReplicas } from '../fsck/index.js';
import type { SlicedWork } from '../slices.js';
import { datanodeLine } from './datanode-line.js';

/** Places of the block map that one step looks at: well under a millisecond while few blocks wait. */
const PLACES_AT_ONCE = 2000;
/** Blocks that a datanode is to delete and that are named. */
const NAMED_DELETIONS = 10_000;

export interface DumpParts {
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly wallMinusMonotonicMs: number;
}

/** Collects what waits in the block manager, in slices, and gives it as text in HDFS's words (FSNamesystem.metaSave). */
export class MetaDump implements SlicedWork {
  private readonly parts: DumpParts;
  private readonly done: (text: string) => void;
  private readonly levels: string[][] = [[], [], [], []];
  private readonly missing: string[] = [];
  private readonly postponed: string[] = [];
  private readonly pending: string[] = [];
  private readonly corrupt: string[] = [];
  private place = 0;

  constructor(parts: DumpParts, done: (text: string) => void) {
    this.parts = parts;
    this.done = done;
  }

  step(): boolean {
    this.place = this.parts.blocks.scanTroubled(this.place, PLACES_AT_ONCE, (block) => this.sort(block));
    if (this.place >= 0) return false;
    this.done(this.text());
    return true;
  }

  private sort(troubled: TroubledBlock): void {
    const { id, level, missing, ordered, orderedMs } = troubled;
    const block = this.parts.blocks.inspect(id);
    if (block === undefined) return;
    if (missing) this.missing.push(this.blockLine(id, block));
    else if (level !== undefined) this.levels[level]?.push(this.blockLine(id, block));
    if (troubled.postponed) this.postponed.push(this.blockLine(id, block));
    if (ordered > 0) {
      const started = new Date(orderedMs + this.parts.wallMinusMonotonicMs).toTimeString().slice(0, 8);
      this.pending.push(`${nameOf(id, block)} StartTime: ${started} NumReconstructInProgress: ${ordered}`);
    }
    for (const replica of block.replicas) if (replica.corrupt) this.corrupt.push(corruptLine(id, block, replica));
  }

  private text(): string {
    const { blocks, machine, wallMinusMonotonicMs } = this.parts;
    const root = machine.tree.root();
    const inodes = root === undefined ? 0 : root.fileCount + root.directoryCount + 1;
    const count = blocks.blockCount;
    const waiting = this.levels.flat();
    const datanodes = blocks.datanodeReport('ALL').sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
    const lines = [
      `${inodes} files and directories, ${count} blocks = ${inodes + count} total filesystem objects`,
      `Live Datanodes: ${blocks.datanodeReport('LIVE').length}`,
      `Dead Datanodes: ${blocks.datanodeReport('DEAD').length}`,
      `Metasave: Blocks waiting for reconstruction: ${waiting.length}`,
      ...waiting,
      `Metasave: Blocks currently missing: ${this.missing.length}`,
      ...this.missing,
      'Mis-replicated blocks that have been postponed:',
      ...this.postponed,
      `Metasave: Blocks being reconstructed: ${this.pending.length}`,
      ...this.pending,
      ...deletionLines(datanodes),
      'Corrupt Blocks:',
      ...this.corrupt,
      `Metasave: Number of datanodes: ${datanodes.length}`,
      ...datanodes.map((datanode) => datanodeLine(datanode, wallMinusMonotonicMs)),
    ];
    return `${lines.join('\n')}\n`;
  }

  /** BlockManager.dumpBlockMeta. */
  private blockLine(id: BlockId, block: BlockInspection): string {
    const owner = this.parts.machine.tree.byId(block.owner);
    const file = owner === undefined ? '[orphaned]' : pathOf(owner);
    const numbers = countReplicas(block.replicas);
    const leaving = numbers.decommissioned + numbers.decommissioning;
    const missing = numbers.live + leaving > 0 ? '' : ' MISSING';
    const counts =
      `(replicas: live: ${numbers.live} decommissioning and decommissioned: ${leaving} corrupt: ${numbers.corrupt} ` +
      `in excess: ${numbers.excess} maintenance mode: ${numbers.enteringMaintenance + numbers.inMaintenance})`;
    const places = block.replicas.map((replica) => ` ${addressOf(replica.storage.datanode)}${stateOf(replica)} : `);
    return `${file}: ${nameOf(id, block)}${missing} ${counts} ${places.join('')}`;
  }
}

/** InvalidateBlocks.dump. */
function deletionLines(datanodes: readonly Datanode[]): string[] {
  const deleting = datanodes.filter(({ invalidates }) => invalidates.size > 0);
  const count = deleting.reduce((sum, { invalidates }) => sum + invalidates.size, 0);
  const lists = deleting.flatMap((datanode) => {
    const { invalidates } = datanode;
    const named = invalidates.peek(NAMED_DELETIONS).map(({ id, stamp }) => `blk_${id}_${stamp}`);
    const rest = invalidates.size - named.length;
    return [addressOf(datanode), `${named.join(',')}${rest > 0 ? `,and ${rest} more` : ''}`];
  });
  return [`Metasave: Blocks ${count} waiting deletion from ${deleting.length} datanodes.`, ...lists];
}

function corruptLine(id: BlockId, block: BlockInspection, { storage, reason }: InspectedReplica): string {
  return [
    `Block=${nameOf(id, block)}`,
    `Size=${block.lengthBytes}`,
    `Node=${addressOf(storage.datanode)}`,
    `StorageID=${storage.id}`,
    `StorageState=${storage.health === 'READ_ONLY' ? 'READ_ONLY_SHARED' : storage.health}`,
    `TotalReplicas=${block.replicas.length}`,
    `Reason=${reason}`,
  ].join('\t');
}

function nameOf(id: BlockId, { stamp }: BlockInspection): string {
  return `blk_${id}_${stamp}`;
}

function addressOf({ registration }: Datanode): string {
  return `${registration.ipAddr}:${registration.xferPort}`;
}

function stateOf({ corrupt, storage }: InspectedReplica): string {
  const { datanode } = storage;
  const stale = storage.contentsStale ? ' (block deletions maybe out of date)' : '';
  if (corrupt) return `(corrupt)${stale}`;
  if (datanode.decommissioning) return `(decommissioned)${stale}`;
  return datanode.underMaintenance ? `(maintenance)${stale}` : stale;
}
