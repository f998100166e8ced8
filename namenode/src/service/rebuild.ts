import type { GenerationStamp, InodeId } from '@rfs/base/ids';
import { type BlockManager, BlockState as MapState } from '../blocks/index.js';
import {
  BlockScan,
  BlockState,
  getBlocksOfInode,
  type MappedBlock,
  openFileRow,
  type StateMachine,
} from '../namespace/index.js';
import type { SlicedWork } from './slices.js';

const STEP_BLOCKS = 200;

const mapStates = {
  [BlockState.UNDER_CONSTRUCTION]: MapState.UNDER_CONSTRUCTION,
  [BlockState.UNDER_RECOVERY]: MapState.UNDER_CONSTRUCTION,
  [BlockState.COMMITTED]: MapState.COMMITTED,
  [BlockState.COMPLETE]: MapState.COMPLETE,
} as const;

/** Fills the block map from the store after a start, in slices, while calls are served already. */
export class Rebuild implements SlicedWork {
  private readonly machine: StateMachine;
  private readonly blocks: BlockManager;
  private readonly scan: BlockScan;
  private readonly done: () => void;
  private stopped = false;

  constructor(machine: StateMachine, blocks: BlockManager, done: () => void) {
    this.machine = machine;
    this.blocks = blocks;
    this.scan = new BlockScan(machine.tree, machine.tree.store);
    this.done = done;
  }

  /** Ends it before its end: the store has another content. */
  stop(): void {
    this.stopped = true;
  }

  step(): boolean {
    if (this.stopped) return true;
    if (this.scan.step(STEP_BLOCKS, (block) => this.restore(block))) return false;
    for (const inode of this.blocks.movedEarly) this.restoreFile(inode);
    this.blocks.endRebuild(this.machine.state.lastStamp as GenerationStamp);
    this.done();
    return true;
  }

  private restoreFile(inode: InodeId): void {
    const found = getBlocksOfInode(this.machine.tree, inode);
    if (found === undefined) return;
    const { replication } = found.file;
    for (const block of found.blocks) this.restore({ ...block, inode, replication, expected: found.expected });
  }

  private restore(block: MappedBlock): void {
    const { blocks } = this;
    const expected = block.expected ?? [];
    const state = mapStates[block.state];
    blocks.restore(block.id, block.inode, block.stamp, block.lengthBytes, block.replication, state, expected);
    if (block.state !== BlockState.UNDER_RECOVERY) return;
    const open = openFileRow(this.machine.tree, block.inode);
    if (open === undefined || open.recoveryStamp === 0) return;
    const recoveryStamp = open.recoveryStamp as GenerationStamp;
    blocks.events.blockRecoveryStarted(
      block.id,
      block.stamp,
      block.lengthBytes,
      recoveryStamp,
      open.truncateBytes,
      expected,
    );
  }
}
