import { FailureError, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import {
  type DatanodeInfoProto,
  type ExtendedBlockProto,
  type LocatedBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
} from '@rfs/protocol/messages';
import { BlockWriting, targetsOf } from './block-writing.js';
import type { Excluded } from './excluded.js';
import type { StreamerOptions } from './options.js';
import {
  Pipeline,
  type PipelineEvents,
  type PipelineProblem,
  type PipelineSetup,
  transferReplica,
} from './pipeline.js';

/** While a datanode restarts it is tried this often. */
const RESTART_PAUSE_MS = 4000;
const REPLACEMENT_TRIES = 3;

/** Builds pipelines: for new blocks, for a block that is appended to, and anew for one whose pipeline broke. */
export class Recovery {
  private readonly options: StreamerOptions;
  private readonly events: PipelineEvents;
  private readonly stopped: () => boolean;

  constructor(options: StreamerOptions, events: PipelineEvents, stopped: () => boolean) {
    this.options = options;
    this.events = events;
    this.stopped = stopped;
  }

  /**
   * A new block behind `previous`, with a pipeline. A block whose pipeline cannot be built is abandoned and another one
   * asked for without the datanode that failed, dfs.client.block.write.retries times.
   */
  async newBlock(
    previous: ExtendedBlockProto | undefined,
    excluded: Excluded,
  ): Promise<{ block: BlockWriting; pipeline: Pipeline }> {
    const { path, fileId, clientName, namenodes, settings } = this.options;
    const stories: string[] = [];
    for (let retries = settings.blockWriteRetries; retries >= 0 && !this.stopped(); retries--) {
      const block = new BlockWriting(await this.addBlock(previous, excluded.list()), Stage.PIPELINE_SETUP_CREATE);
      block.current.numBytes = 0;
      const { nodes } = block.targets;
      if (nodes.length === 0) throw fault(`the namenode gave no datanodes for a block of ${path}`);
      const pipeline = await this.connect(block, Stage.PIPELINE_SETUP_CREATE, 0);
      if (pipeline instanceof Pipeline) return { block, pipeline };
      const bad = nodes[pipeline.badIndex]!;
      stories.push(`${nameOf(bad)}: ${pipeline.message}`);
      excluded.add(bad);
      await namenodes.call('abandonBlock', { b: block.current, src: path, holder: clientName, fileId });
    }
    throw fault(`Unable to create new block of ${path} (${stories.join('; ')})`);
  }

  /**
   * A pipeline for a block that has replicas: without the datanode of `problem`, with another one in its place where the
   * policy asks for that, under a new generation stamp that makes replicas left behind stale.
   */
  async mend(
    block: BlockWriting,
    problem: PipelineProblem | undefined,
    { flushed }: { flushed: boolean },
  ): Promise<Pipeline> {
    const { clientName, namenodes, clock, settings } = this.options;
    const stage = problem === undefined ? block.stage : recoveryStage(block.stage);
    const restartDeadlineMs = clock.monotonicMs() + settings.datanodeRestartTimeoutMs;
    let current = problem;
    while (!this.stopped()) {
      if (current !== undefined) {
        const lone = block.targets.nodes.length === 1;
        if (current.restarting && lone && clock.monotonicMs() < restartDeadlineMs) await this.pause(RESTART_PAUSE_MS);
        else this.dropBad(block, current);
      }
      await this.replaceMissing(block, flushed);
      const fresh = await namenodes.call('updateBlockForPipeline', { block: block.current, clientName });
      block.token = fresh.block.blockToken;
      const { generationStamp } = fresh.block.b;
      const pipeline = await this.connect(block, stage, generationStamp);
      if (!(pipeline instanceof Pipeline)) {
        // A datanode that is about to be back refuses connections at first.
        current = { ...pipeline, restarting: pipeline.restarting || (current?.restarting ?? false) };
        continue;
      }
      await this.updatePipeline(block, generationStamp);
      return pipeline;
    }
    throw fault(`the writer of ${this.options.path} gave up`);
  }

  private async updatePipeline(block: BlockWriting, generationStamp: number): Promise<void> {
    const { clientName, namenodes } = this.options;
    const oldBlock = block.current;
    const newBlock = { ...oldBlock, generationStamp };
    block.current = newBlock;
    const { nodes, storageIds } = block.targets;
    await namenodes.call('updatePipeline', {
      clientName,
      oldBlock,
      newBlock,
      newNodes: nodes.map(({ id }) => id),
      storageIDs: [...storageIds],
    });
  }

  private dropBad(block: BlockWriting, { badIndex, message }: PipelineProblem): void {
    const { nodes } = block.targets;
    if (nodes.length <= 1) {
      const all = [...block.failed, ...nodes].map(nameOf).join(', ');
      throw fault(`All datanodes [${all}] are bad. Aborting... (${nameOf(nodes[0]!)}: ${message})`);
    }
    block.dropNode(Math.min(badIndex, nodes.length - 1), message);
  }

  private connect(block: BlockWriting, stage: Stage, newGenerationStamp: number): Promise<Pipeline | PipelineProblem> {
    const { clientName, blockSizeBytes, bytesPerChecksum, lazyPersist, settings, clock, localReplicas } = this.options;
    const setup: PipelineSetup = {
      targets: block.targets,
      block: block.current,
      token: block.token,
      clientName,
      stage,
      ackedBytes: block.ackedBytes,
      sentBytes: block.sentBytes,
      newGenerationStamp,
      blockSizeBytes,
      bytesPerChecksum,
      lazyPersist,
    };
    return Pipeline.open(setup, this.events, settings, clock, localReplicas);
  }

  /** Asks for the next block; repeated while the one before it is not reported yet. */
  private async addBlock(
    previous: ExtendedBlockProto | undefined,
    excludeNodes: DatanodeInfoProto[],
  ): Promise<LocatedBlockProto> {
    const { path: src, clientName, fileId, namenodes, settings } = this.options;
    let pauseMs = settings.locateDelayMs;
    for (let retries = settings.locateRetries; ; retries--) {
      const request = { src, clientName, previous, excludeNodes, fileId, favoredNodes: [], flags: [] };
      const answer = await namenodes.attempt('addBlock', request);
      if (!isFailure(answer)) return answer.block;
      if (answer.code !== 'NotReplicatedYetException' || retries <= 0) throw new FailureError(answer);
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, settings.locateMaximumDelayMs);
    }
  }

  /** Adds a datanode where the policy wants it (ReplaceDatanodeOnFailure). */
  private async replaceMissing(block: BlockWriting, flushed: boolean): Promise<void> {
    const { replication, isAppend, settings } = this.options;
    const count = block.targets.nodes.length;
    if (count >= replication || settings.replaceDatanode === 'NEVER') return;
    const wanted = replication >= 3 && (count <= Math.floor(replication / 2) || isAppend || flushed);
    if (!wanted && settings.replaceDatanode !== 'ALWAYS') return;
    const reason = await this.addDatanode(block);
    if (reason === undefined || settings.replaceDatanodeBestEffort) return;
    if (settings.replaceDatanodeMinimum > 0 && count >= settings.replaceDatanodeMinimum) return;
    throw fault(
      `Failed to replace a bad datanode on the existing pipeline of ${this.options.path} ` +
        `(${block.stories.join('; ')}): ${reason}. The policy ` +
        `${settings.replaceDatanode} is set by 'dfs.client.block.write.replace-datanode-on-failure.policy'.`,
    );
  }

  /** Has a new datanode get what is acknowledged of the block and puts it into the pipeline; or why that failed. */
  private async addDatanode(block: BlockWriting): Promise<string | undefined> {
    const { path: src, fileId, clientName, namenodes, settings, clock } = this.options;
    const existing = block.targets;
    const excludes = [...block.failed];
    let reason = 'no more good datanodes being available to try';
    for (let tried = 0; tried < REPLACEMENT_TRIES; tried++) {
      const answer = await namenodes.attempt('getAdditionalDatanode', {
        src,
        blk: block.current,
        existings: [...existing.nodes],
        excludes,
        numAdditionalNodes: 1,
        clientName,
        existingStorageUuids: [...existing.storageIds],
        fileId,
      });
      if (isFailure(answer)) return answer.message;
      const targets = targetsOf(answer.block);
      const known = new Set(existing.nodes.map(({ id }) => id.datanodeUuid));
      const added = targets.nodes.findIndex(({ id }) => !known.has(id.datanodeUuid));
      if (added < 0 || targets.nodes.length !== existing.nodes.length + 1) return reason;
      const node = targets.nodes[added]!;
      const from = existing.nodes[tried % existing.nodes.length]!;
      const one = {
        nodes: [node],
        storageTypes: [targets.storageTypes[added]!],
        storageIds: [targets.storageIds[added]!],
      };
      const { blockToken } = answer.block;
      const problem = await transferReplica(from, one, block.current, blockToken, clientName, settings, clock);
      if (problem === undefined) {
        block.targets = targets;
        return undefined;
      }
      reason = `${nameOf(from)} could not copy the block to ${nameOf(node)}: ${problem}`;
      excludes.push(node);
    }
    return reason;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.setTimer(ms, resolve);
    });
  }
}

/** The stage that says that a pipeline is built anew (BlockConstructionStage.getRecoveryStage). */
function recoveryStage(stage: Stage): Stage {
  switch (stage) {
    case Stage.PIPELINE_SETUP_APPEND:
      return Stage.PIPELINE_SETUP_APPEND_RECOVERY;
    case Stage.PIPELINE_CLOSE:
      return Stage.PIPELINE_CLOSE_RECOVERY;
    default:
      return Stage.PIPELINE_SETUP_STREAMING_RECOVERY;
  }
}

function nameOf(node: DatanodeInfoProto): string {
  return `${node.id.ipAddr}:${node.id.xferPort}`;
}

function fault(message: string): FailureError {
  return new FailureError(failure('IOException', message));
}
