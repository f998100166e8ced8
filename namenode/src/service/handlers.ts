import type { Failure } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import type { CallContext, ClientMethod, ReplySink, RequestOf, ResponseOf } from '@rfs/protocol/service';
import type { BlockManager } from '../blocks/index.js';
import type { Caller, StateMachine } from '../namespace/index.js';
import type { AccessTimes } from './access-times.js';
import type { Admission } from './admission.js';
import type { ServiceConfig } from './config.js';
import type { LeaseTable } from './leases.js';
import type { ListingPages } from './listing-pages.js';
import type { MetaFiles } from './meta-save/index.js';
import type { Newcomers } from './newcomers.js';
import type { OpenFiles } from './open-files.js';
import type { Proposer } from './proposer.js';
import type { ReplicaWaits } from './replica-waits.js';
import type { Slices } from './slices.js';

/** Entries that one step of a permission scan looks at. */
export const SCAN_ENTRIES = 200;

/** What the handlers of calls work with. */
export interface ServiceParts {
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly proposer: Proposer;
  readonly leases: LeaseTable;
  readonly openFiles: OpenFiles;
  readonly waits: ReplicaWaits;
  readonly newcomers: Newcomers;
  readonly pages: ListingPages;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly config: ServiceConfig;
  readonly accessTimes: AccessTimes;
  /** Who belongs to the cluster. */
  readonly admission: Admission;
  /** Where files for operators go. */
  readonly metaFiles: MetaFiles;
  /** The block manager has work to do now. */
  wakeBlocks(): void;
  /** Id of the block pool; only asked for once there is a filesystem. */
  poolId(): string;
  /** The refusal of a change during startup safe mode; `what` names it in HDFS's words. */
  checkStartup(what: () => string): Failure | undefined;
}

/** Answers one method. Everything it was given outlives the call; the sink is answered once. */
export type Handler<M extends ClientMethod> = (
  parts: ServiceParts,
  request: RequestOf<M>,
  context: CallContext,
  caller: Caller,
  sink: ReplySink<ResponseOf<M>>,
) => void;

export type Handlers = { readonly [M in ClientMethod]?: Handler<M> };
