import { FailureError } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import type { DfsClient, DfsOutputStream } from '@rfs/client/dfs';
import { failure } from '@rfs/protocol/exceptions';

/** Open for writing while a balancer runs, whosever it is (Balancer.BALANCER_ID_PATH). */
const ID_PATH = '/system/balancer.id';
/** The least that namenodes allow: datanodes keep room for a block that is being written. */
const BLOCK_BYTES = 1024 * 1024;
/** The file of a balancer that was killed is recovered by its datanodes within a few heartbeats. */
const RECOVERY_PATIENCE_MS = 60_000;
const RECOVERY_POLL_MS = 500;

/** The file system's word that no other balancer runs. */
export class BalancerLock {
  private readonly files: DfsClient;
  private readonly stream: DfsOutputStream;

  private constructor(files: DfsClient, stream: DfsOutputStream) {
    this.files = files;
    this.stream = stream;
  }

  /**
   * Takes the lock (NameNodeConnector.checkAndMarkRunning): a file that somebody writes cannot be appended to; one that
   * a balancer left behind can, once its lease is over and its last block recovered, which is waited for (HDFS's ends
   * instead). Throws FailureError.
   */
  static async take(files: DfsClient, hostName: string, clock: Clock): Promise<BalancerLock> {
    try {
      if ((await files.getFileInfo(ID_PATH)) !== undefined) {
        await closeLeftover(files, clock);
        await files.delete(ID_PATH, true);
      }
      const stream = await files.create(ID_PATH, { blockSizeBytes: BLOCK_BYTES });
      await stream.write(new TextEncoder().encode(hostName));
      await stream.hflush();
      return new BalancerLock(files, stream);
    } catch (error) {
      const isTaken = error instanceof FailureError && TAKEN.has(error.failure.code);
      if (!isTaken) throw error;
      throw new FailureError(failure('IOException', 'Another Balancer is running.'));
    }
  }

  /** Gives the lock back; why that failed, or undefined. Without it the next balancer waits for the lease's end. */
  async release(): Promise<string | undefined> {
    this.stream.abort();
    try {
      await this.files.delete(ID_PATH, true);
      return undefined;
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      return `Failed to delete ${ID_PATH}: ${error.message}`;
    }
  }
}

async function closeLeftover(files: DfsClient, clock: Clock): Promise<void> {
  const untilMs = clock.monotonicMs() + RECOVERY_PATIENCE_MS;
  for (;;) {
    try {
      const left = await files.append(ID_PATH);
      await left.close();
      return;
    } catch (error) {
      const recovering = error instanceof FailureError && error.failure.code === 'RecoveryInProgressException';
      if (!recovering || clock.monotonicMs() >= untilMs) throw error;
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(RECOVERY_POLL_MS, resolve);
    });
  }
}

/** The second: another one was quicker by a moment. */
const TAKEN: ReadonlySet<string> = new Set(['AlreadyBeingCreatedException', 'FileAlreadyExistsException']);
