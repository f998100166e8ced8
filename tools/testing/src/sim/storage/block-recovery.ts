import { isFailure } from '@rfs/base/failure';
import { agree } from '@rfs/datanode/recovery';
import type {
  CommitBlockSynchronizationRequestProto,
  DatanodeIDProto,
  RecoveringBlockProto,
} from '@rfs/protocol/messages';
import type { World } from '../cluster.js';
import type { SimMember } from '../member.js';
import type { RecoveryAnswer } from './replica-work.js';
import { call } from './rpc.js';
import type { SimDatanode } from './sim-datanode.js';

const TIMEOUT_MS = 2000;

interface Candidate {
  readonly node: SimDatanode;
  readonly info: Exclude<RecoveryAnswer, string | null>;
}

/** The recovery of one block by its primary datanode, as the real recoverBlock goes about it, without promises. */
export class SimBlockRecovery {
  private readonly world: World;
  private readonly primary: SimDatanode;
  private readonly order: RecoveringBlockProto;
  /** Who was active when the order came. */
  private readonly active: () => SimMember | undefined;

  constructor(world: World, primary: SimDatanode, order: RecoveringBlockProto, active: () => SimMember | undefined) {
    this.world = world;
    this.primary = primary;
    this.order = order;
    this.active = active;
  }

  run(): void {
    const { b, locs } = this.order.block;
    const nodes = locs.map(({ id }) => this.world.datanodeAt(id.ipAddr));
    const answers: (RecoveryAnswer | undefined)[] = [];
    let left = nodes.length;
    for (const [i, node] of nodes.entries()) {
      this.ask<RecoveryAnswer>(
        node,
        ({ work }) => work.beginRecovery({ id: b.blockId, stamp: b.generationStamp }, this.order.newGenStamp),
        (answer) => {
          answers[i] = answer;
          if (--left === 0) this.judge(nodes, answers);
        },
      );
    }
  }

  private judge(nodes: readonly SimDatanode[], answers: readonly (RecoveryAnswer | undefined)[]): void {
    if (answers.includes('newer recovery')) return;
    const candidates: Candidate[] = [];
    let found = 0;
    let failed = 0;
    for (const [i, info] of answers.entries()) {
      if (info === undefined || info === 'refused' || info === 'newer recovery') failed++;
      else if (info !== null && info.lengthBytes > 0) {
        found++;
        if (info.originalState !== 'TEMPORARY') candidates.push({ node: nodes[i]!, info });
      }
    }
    if (failed === nodes.length || (found > 0 && candidates.length === 0)) return;
    if (candidates.length === 0) this.commit([], 0);
    else this.update(candidates);
  }

  private update(candidates: readonly Candidate[]): void {
    const { newGenStamp, block, truncateBlock } = this.order;
    const { participants, lengthBytes } = agree(candidates, truncateBlock?.numBytes);
    const good: SimDatanode[] = [];
    let left = participants.length;
    for (const { node, info } of participants) {
      this.ask<boolean>(
        node,
        ({ work }) => work.endRecovery(block.b.blockId, newGenStamp, info.lengthBytes, lengthBytes),
        (done) => {
          if (done === true) good.push(node);
          if (--left === 0 && good.length > 0) this.commit(good, lengthBytes);
        },
      );
    }
  }

  private commit(nodes: readonly SimDatanode[], newLength: number): void {
    const active = this.active();
    if (active === undefined) return;
    const request: CommitBlockSynchronizationRequestProto = {
      block: this.order.block.b,
      newGenStamp: this.order.newGenStamp,
      newLength,
      closeFile: true,
      deleteBlock: nodes.length === 0,
      newTaragets: nodes.map((node): DatanodeIDProto => node.id),
      newTargetStorages: nodes.map(({ volume }) => volume.storageId),
    };
    const { primary } = this;
    const process = primary.process!;
    call<boolean>(
      this.world,
      { place: primary.place, process },
      active.place,
      TIMEOUT_MS,
      (back) => {
        const { running } = active;
        running?.process.hear(primary.place, () =>
          running.server?.services.blockChanges.commitBlockSynchronization(request, {
            reply: () => back(true),
            fail: (refused) => back(!isFailure(refused)),
          }),
        );
      },
      () => {},
    );
  }

  private ask<T>(node: SimDatanode, work: (node: SimDatanode) => T, done: (result: T | undefined) => void): void {
    const { primary } = this;
    if (node === primary) {
      done(work(node));
      return;
    }
    const from = { place: primary.place, process: primary.process! };
    call<T>(this.world, from, node.place, TIMEOUT_MS, (back) => node.serve(primary.place, work, back), done);
  }
}
