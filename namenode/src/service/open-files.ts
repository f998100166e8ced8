import { isFailure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager, BlockRef } from '../blocks/index.js';
import {
  BlockState,
  type Caller,
  CommandKind,
  type FileForWriting,
  getFileForWriting,
  getOpenFile,
  NOBODY,
  type StateMachine,
  type StorageRef,
} from '../namespace/index.js';
import type { LeaseTable } from './leases.js';
import type { Proposer } from './proposer.js';
import type { ReplicaWaits } from './replica-waits.js';
import { type LoggedBlock, loggedBlock, loggedStorage, unfinished } from './writes/facts.js';

/** Who holds files whose writers are gone (HdfsServerConstants.NAMENODE_LEASE_HOLDER). */
const NAMENODE_HOLDER = 'HDFS_NameNode';
/** A recovery of a block that has not ended is begun again after 30 heartbeats (BLOCK_RECOVERY_TIMEOUT_MULTIPLIER). */
const RECOVERY_RETRY_MS = 90_000;
/** Files released in one look, so that a crowd of vanished writers is no burst. */
const RELEASES_PER_LOOK = 1000;

/** What the leader knows of a file that is to be released, as the command carries it. */
export interface ReleaseFacts {
  readonly minimal: LoggedBlock[];
  readonly reported: StorageRef[];
  readonly startRecovery: boolean;
}

export interface OpenFilesParts {
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly proposer: Proposer;
  readonly leases: LeaseTable;
  readonly waits: ReplicaWaits;
  readonly clock: Clock;
}

/** Watches over files that are being written: closes those whose writers have fallen silent (LeaseManager.Monitor). */
export class OpenFiles {
  private readonly parts: OpenFilesParts;
  private readonly recheckMs: number;
  private readonly recoveryUntilMs = new Map<number, number>();
  private softExpired: ReadonlySet<string> = new Set();
  private timer: Timer | null = null;

  constructor(parts: OpenFilesParts, recheckMs: number) {
    this.parts = parts;
    this.recheckMs = recheckMs;
  }

  start(): void {
    this.timer = this.parts.clock.setTimer(this.recheckMs, () => {
      this.look();
      this.start();
    });
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** This node leads from now on: who was silent, and which recoveries are under way, was another leader's business. */
  takeOver(): void {
    this.softExpired = new Set();
    this.recoveryUntilMs.clear();
  }

  /**
   * The holder of the file at `path` if he is silent beyond the soft limit: then the file's release is proposed, and
   * with it the caller's own command finds the recovery under way. Undefined in almost every case, without a look.
   */
  expiredHolder(path: string, caller: Caller = NOBODY): string | undefined {
    if (this.softExpired.size === 0) return undefined;
    const { machine, leases, clock } = this.parts;
    const open = getOpenFile(machine.tree, caller, path);
    if (open === undefined || isFailure(open)) return undefined;
    if (!leases.softExpired(open.holder, clock.monotonicMs())) return undefined;
    this.release(open.id, open.holder);
    return open.holder;
  }

  /** Facts for the release of a file; asking for them counts as the start of a recovery of its last block. */
  releaseFacts(file: FileForWriting | undefined): ReleaseFacts {
    const { blocks, waits } = this.parts;
    const candidates: BlockRef[] = unfinished(file?.before);
    const last = file?.last;
    if (last === undefined)
      return { minimal: waits.minimal(candidates).map(loggedBlock), reported: [], startRecovery: true };
    if (last.state === BlockState.COMMITTED) candidates.push(last);
    const minimal = waits.minimal(candidates).map(loggedBlock);
    const reported = file?.expected.length === 0 ? blocks.recoveryLocations(last.id).map(loggedStorage) : [];
    return { minimal, reported, startRecovery: this.mayRecover(last.id) };
  }

  /** The recovery of the block is over: the next one may begin at once. */
  recovered(block: number): void {
    this.recoveryUntilMs.delete(block);
  }

  private mayRecover(block: number): boolean {
    const nowMs = this.parts.clock.monotonicMs();
    const untilMs = this.recoveryUntilMs.get(block);
    if (untilMs !== undefined && nowMs < untilMs) return false;
    this.recoveryUntilMs.set(block, nowMs + RECOVERY_RETRY_MS);
    return true;
  }

  private look(): void {
    const { machine, leases, proposer, clock } = this.parts;
    if (!proposer.leading) return;
    const nowMs = clock.monotonicMs();
    const soft = new Set<string>();
    const holders = new Set(machine.leases.allHolders());
    let left = RELEASES_PER_LOOK;
    for (const holder of holders) {
      if (leases.softExpired(holder, nowMs)) soft.add(holder);
      if (holder !== NAMENODE_HOLDER && !leases.hardExpired(holder, nowMs)) continue;
      for (const inode of machine.leases.filesOf(holder)) {
        if (left-- <= 0) break;
        this.release(inode, holder);
      }
    }
    this.softExpired = soft;
    leases.forgetIdle(holders, nowMs);
    for (const [block, untilMs] of this.recoveryUntilMs) if (untilMs <= nowMs) this.recoveryUntilMs.delete(block);
  }

  private release(inodeId: number, holder: string): void {
    const { machine, proposer } = this.parts;
    const file = getFileForWriting(machine.tree, NOBODY, '', inodeId);
    if (file === undefined || isFailure(file)) return;
    const command = { ...this.releaseFacts(file), path: undefined, inodeId, holder, newHolder: NAMENODE_HOLDER };
    proposer.proposeOwn(CommandKind.RELEASE_LEASE, command, LATER);
  }
}

/** A release that is refused, or only starts a recovery, is looked at again by the next look. */
const LATER = { applied: (): void => undefined, refused: (): void => undefined };
