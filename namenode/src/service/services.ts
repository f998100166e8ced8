import type { GenerationStamp } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import type { BlockManager } from '../blocks/index.js';
import type { Limits, StateMachine } from '../namespace/index.js';
import type { Group, NextTurn } from '../replication/index.js';
import { AccessTimes, type TellLeader } from './access-times.js';
import type { Admission } from './admission.js';
import { BlockChanges } from './block-changes.js';
import { BlockTicker } from './block-ticker.js';
import type { Callers } from './callers.js';
import { CatchUp } from './catch-up.js';
import type { ServiceConfig } from './config.js';
import { DatanodeService } from './datanode-service.js';
import type { ServiceParts } from './handlers.js';
import { LeaseTable } from './leases.js';
import { ListingPages } from './listing-pages.js';
import type { MetaFiles } from './meta-save/index.js';
import { NamenodeService, startupRefusal } from './namenode-service.js';
import { Newcomers } from './newcomers.js';
import { OpenFiles } from './open-files.js';
import { type ChangeLog, Proposer } from './proposer.js';
import { Purger } from './purger.js';
import { Rebuild } from './rebuild.js';
import { ReplicaWaits } from './replica-waits.js';
import { type Passage, Router, type RouterParts } from './routing/index.js';
import { Slices } from './slices.js';
import { Tenure } from './tenure.js';

/** What the services of a namenode stand on. */
export interface ServiceBase {
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly group: Group;
  readonly log: ChangeLog;
  readonly clock: Clock;
  readonly nextTurn: NextTurn;
  readonly config: ServiceConfig;
  /** What this node puts into the log when it comes to lead. */
  readonly limits: Limits;
  readonly callers: Callers;
  readonly admission: Admission;
  readonly metaFiles: MetaFiles;
  readonly passage: Passage;
  readonly tellLeader: TellLeader;
  /** This node has no room for changes: others of its group serve. */
  readonly handsOver: () => boolean;
}

/** Something that runs in the background. */
interface Background {
  close(): void;
}

/** Blocks of another state that are taken out in one step. */
const FORGET_BLOCKS = 1000;

/** All services between the state and the doors. Nothing runs before `begin`. */
export class Services {
  readonly parts: ServiceParts;
  readonly service: NamenodeService;
  readonly router: Router;
  readonly accessTimes: AccessTimes;
  readonly datanodes: DatanodeService;
  readonly blockChanges: BlockChanges;
  /** What is to be closed. */
  readonly background: readonly Background[];
  private readonly blocks: BlockManager;
  private readonly slices: Slices;
  private readonly ticker: BlockTicker;
  private readonly openFiles: OpenFiles;
  private readonly purger: Purger;
  private readonly tenure: Tenure;
  private readonly catchUp: CatchUp;
  private rebuild: Rebuild | undefined;
  private onReady = (): void => undefined;

  constructor(base: ServiceBase) {
    const { machine, blocks, group, clock, nextTurn, config, admission, callers, passage } = base;
    const slices = new Slices(clock, nextTurn);
    const ticker = new BlockTicker(blocks, slices, clock, () => group.leader !== undefined);
    const wakeBlocks = (): void => ticker.wake();
    const proposer = new Proposer(base.log, clock);
    const leases = new LeaseTable(config.leases);
    const waits = new ReplicaWaits(blocks, clock, config.completeWaitMs);
    const newcomers = new Newcomers(blocks, clock, config.routing.heldCallMs);
    const openFiles = new OpenFiles({ machine, blocks, proposer, leases, waits, clock }, config.leaseRecheckMs);
    const accessTimes = new AccessTimes(machine, proposer, clock, base.tellLeader);
    const purger = new Purger(machine, proposer, clock, config.purgeEntries);
    const parts: ServiceParts = {
      machine,
      blocks,
      proposer,
      leases,
      openFiles,
      waits,
      newcomers,
      pages: new ListingPages(),
      slices,
      accessTimes,
      clock,
      admission,
      metaFiles: base.metaFiles,
      config,
      wakeBlocks,
      poolId: () => machine.identity?.blockPoolId ?? '',
      checkStartup: (what) => startupRefusal(parts, what),
    };
    this.parts = parts;
    this.service = new NamenodeService(parts, callers);
    const serve = this.service.serve.bind(this.service) as RouterParts['serve'];
    const notReady = (): boolean => blocks.safeMode.startup || base.handsOver();
    this.router = new Router({ group, passage, clock, state: machine, serve, notReady, limits: config.routing });
    this.service.routeBy(this.router);
    this.blocks = blocks;
    this.slices = slices;
    this.ticker = ticker;
    this.openFiles = openFiles;
    this.purger = purger;
    this.accessTimes = accessTimes;
    this.catchUp = new CatchUp(group, clock, () => {
      this.rebuild = new Rebuild(machine, blocks, wakeBlocks);
      slices.add(this.rebuild);
    });
    this.tenure = new Tenure(
      { group, machine, blocks, proposer, leases, openFiles, purger, clock, wakeBlocks },
      base.limits,
      () => this.onReady(),
    );
    // A claim, or an order, of a leader that has no quorum would be believed until the next leader's heartbeat.
    const leadership = {
      get leading() {
        return group.leased();
      },
      get appliedIndex() {
        return machine.appliedIndex;
      },
    };
    this.datanodes = new DatanodeService(blocks, admission, leadership, () => machine.identity, clock, wakeBlocks);
    this.blockChanges = new BlockChanges(parts);
    const { catchUp, tenure, router } = this;
    this.background = [slices, ticker, waits, newcomers, openFiles, accessTimes, purger, catchUp, tenure, router];
  }

  /** To be called before the group begins; `onReady` each time this node has come to lead. */
  begin(onReady: () => void): void {
    this.onReady = onReady;
    this.tenure.applied();
    this.tenure.start();
    this.catchUp.start();
    this.ticker.start();
    this.openFiles.start();
  }

  /** More of the log is applied. */
  applied(): void {
    const { blocks, machine } = this.parts;
    blocks.noteStamp(machine.state.lastStamp as GenerationStamp);
    this.purger.wake();
    this.tenure.applied();
    this.router.applied();
  }

  /** The namespace has got another state that no event tells of: what was derived from the one before goes. */
  adopted(done: () => void): void {
    this.rebuild?.stop();
    this.slices.add({
      step: () => {
        if (!this.blocks.forget(FORGET_BLOCKS)) return false;
        done();
        this.applied();
        this.catchUp.again();
        return true;
      },
    });
  }
}
