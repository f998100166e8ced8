import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { Lifecycle } from '@rfs/base/lifecycle';
import { Metrics } from '@rfs/base/metrics';
import type { Store } from '@rfs/base/store';
import { BlockManager, type PolicyOf, storagePolicyById } from '../blocks/index.js';
import { CommandEncoder, CommandKind, StateMachine, storagePolicyOf } from '../namespace/index.js';
import { makeIdentity } from '../replication/index.js';
import { blockManagerConfig, NamenodeMetrics } from '../service/index.js';
import { openLmdbStore } from '../store/index.js';
import { rpcAddress } from './addresses.js';
import { lockNameFolder } from './folder.js';
import { type GroupParts, openGroup } from './group.js';
import type { Place } from './place.js';
import type { NamenodeSeams } from './seams.js';
import { type Adoption, lmdbEngine } from './state-engine.js';
import { openStateFolder } from './state-folder.js';
import { applierOf, settled } from './storage.js';

/** What a namenode keeps, and the group whose log changes it. */
export interface NamenodeCore extends GroupParts {
  /** Folder of journal and store. */
  readonly folder: string;
  readonly blocks: BlockManager;
  readonly store: Store;
  readonly machine: StateMachine;
  readonly metrics: Metrics;
  readonly measures: NamenodeMetrics;
  /** Called after each batch of the log that was applied. */
  readonly afterBatch: (() => void)[];
  /** What else follows when the whole state is exchanged. */
  readonly adoption: Adoption;
}

/** Mode of the root of a new filesystem. */
const ROOT_MODE = 0o755;

/** Opens store and journal. Nothing is replayed and nothing served yet. */
export async function openCore(
  config: Config,
  seams: NamenodeSeams,
  place: Place,
  founds: boolean,
  lifecycle: Lifecycle,
): Promise<NamenodeCore> {
  const { random, disk } = seams;
  const folder = await lockNameFolder(config, seams, lifecycle);
  const storeFolder = await openStateFolder(disk, folder, seams);

  const policyOf: PolicyOf = (owner) => {
    const inode = machine.tree.byId(owner);
    return storagePolicyById(inode === undefined ? 0 : storagePolicyOf(inode));
  };
  const blocks = new BlockManager(blockManagerConfig(config), random.fork('blocks'), policyOf);
  const store = await lifecycle.open(
    'store',
    () =>
      openLmdbStore(storeFolder, {
        clock: seams.clock,
        gatherMs: config.get(options.gatherMs),
        gatherBytes: config.get(options.gatherBytes),
      }),
    (opened) => settled((done) => opened.close(done)),
  );
  const machine = new StateMachine(store, blocks.events);
  const metrics = new Metrics();
  const measures = new NamenodeMetrics(metrics);
  const afterBatch: (() => void)[] = [];
  const applier = applierOf(machine, store, () => {
    for (const hear of afterBatch) hear();
  });
  const adoption: Adoption = { begin: (done) => done() };
  const base = {
    folder,
    engine: lmdbEngine(store, machine, adoption, seams.nextTurn, seams.log),
    applier,
    observer: measures,
    founds,
    found: () => bootstrapCommand(config, seams),
    stateClusterId: () => machine.identity?.clusterId ?? '',
  };
  const parts = await openGroup(config, seams, place, base, lifecycle);
  return { ...parts, folder, blocks, store, machine, metrics, measures, afterBatch, adoption };
}

/** The first entry of a new log: who this filesystem is, and its root. */
function bootstrapCommand(config: Config, seams: NamenodeSeams): { clusterId: string; entry: Uint8Array } {
  const identity = makeIdentity(seams.clock, seams.random, rpcAddress(config).host);
  const header = { timeMs: seams.clock.nowMs(), user: '', groups: [], superuser: true, callId: -1 };
  const entry = new CommandEncoder().encode(CommandKind.BOOTSTRAP, header, {
    ...identity,
    rootOwner: seams.user,
    rootGroup: config.get(options.supergroup),
    rootMode: ROOT_MODE,
  });
  return { clusterId: identity.clusterId, entry };
}
