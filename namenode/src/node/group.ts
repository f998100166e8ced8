import { join } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { LogIndex } from '@rfs/base/ids';
import type { Lifecycle } from '@rfs/base/lifecycle';
import type { Logger } from '@rfs/base/log';
import type { Clock } from '@rfs/base/seams';
import { ClientIdentity } from '@rfs/protocol/rpc';
import { Joining, JournalStart, PeerLinks, RemoteSuppliers, Steward, Takeover } from '../peers/index.js';
import {
  type Applier,
  encodeRoster,
  FOUNDER,
  GroupView,
  type ReplicationObserver,
  Replicator,
} from '../replication/index.js';
import { SnapshotFetcher, SnapshotSource, type StateEngine } from '../snapshots/index.js';
import { electionClock, nodeOf, type Place } from './place.js';
import type { NamenodeSeams } from './seams.js';
import { settled } from './storage.js';

/** A node's part in its group. */
export interface GroupParts {
  readonly place: Place;
  readonly replicator: Replicator;
  readonly group: GroupView;
  readonly links: PeerLinks;
  readonly steward: Steward;
  readonly takeover: Takeover;
  /** Empty while it is not known. */
  readonly clusterId: () => string;
  /** Copies of the state for other members; none of a journal node. */
  readonly source: SnapshotSource | undefined;
  /** How much of another member's state has come, of 1; undefined while none is fetched. */
  readonly fetched: () => number | undefined;
}

export interface GroupBase {
  /** The journal's folder lies in it. */
  readonly folder: string;
  readonly applier: Applier;
  /** The store; absent for a journal node ... */
  readonly engine?: StateEngine;
  /** ... which hears where its journal begins anew. */
  readonly begunAt?: (index: LogIndex) => void;
  readonly observer: ReplicationObserver;
  /** An empty folder becomes a new cluster. */
  readonly founds: boolean;
  /** Makes a new cluster: its id, and the first entry of its log. */
  readonly found: () => { readonly clusterId: string; readonly entry: Uint8Array };
  /** The cluster's id as the state says it, for groups whose log does not. */
  readonly stateClusterId: () => string;
}

/** How long a member may leave messages unanswered, in election timeouts; and at least. */
const STUCK_TIMEOUTS = 4;
const STUCK_MS = 2000;

/** Opens the journal and the ways to the other members. Nothing is sent before the replicator starts. */
export async function openGroup(
  config: Config,
  seams: NamenodeSeams,
  place: Place,
  base: GroupBase,
  lifecycle: Lifecycle,
): Promise<GroupParts> {
  const { clock, random, disk, nextTurn, log, user } = seams;
  const clusterId = (): string => group.roster.clusterId || base.stateClusterId();
  const links: PeerLinks = await lifecycle.open(
    'links to members',
    () =>
      new PeerLinks(electionClock(config, place), {
        self: () => group.self,
        clusterId,
        standing: () => replicator.retention.standing,
        user,
        identity: new ClientIdentity(random.fork('peers')),
        clock,
        log,
        stuckMs: Math.max(STUCK_MS, STUCK_TIMEOUTS * config.get(options.electionTimeoutMs)),
      }),
    (opened) => opened.close(),
  );
  const votesOnly = place.node.role === 'journal';
  let newClusterId = '';
  const suppliers = new RemoteSuppliers({
    members: () => group.members,
    user,
    identity: new ClientIdentity(random.fork('snapshots')),
    clock,
  });
  const { engine, folder } = base;
  const fetcher = engine && new SnapshotFetcher({ disk, folder, engine, suppliers, clock, log });
  const replicator: Replicator = await lifecycle.open(
    'replicator',
    () =>
      Replicator.open({
        disk,
        folder: join(base.folder, 'journal'),
        clock,
        random: random.fork('replicator'),
        nextTurn,
        applier: base.applier,
        observer: base.observer,
        alone: base.founds,
        joins: !base.founds,
        votesOnly,
        peers: links,
        transfer: fetcher ?? new JournalStart(suppliers, (index) => base.begunAt?.(index)),
        identity: () => {
          const made = base.found();
          newClusterId = made.clusterId;
          return made.entry;
        },
        context: () =>
          encodeRoster({ clusterId: newClusterId, lastId: FOUNDER, members: [{ ...place.node, id: FOUNDER }] }),
        fatal: seams.fatal,
        crowded: (bytes, maxBytes) =>
          log.warn('the journal fills with what a namenode still needs; changes stop at its limit', {
            bytes,
            maxBytes,
          }),
        limits: {
          applyCount: config.get(options.applyBatchEntries),
          applySliceMs: config.get(options.applySliceMs),
          waitingBytes: config.get(options.maximumProposalBytes),
          writeBytes: config.get(options.maximumBatchBytes),
          segmentBytes: config.get(options.segmentBytes),
          retainedBytes: config.get(options.retainedJournalBytes),
          retainedMs: config.get(options.retainedJournalMs),
          maxJournalBytes: config.get(options.maximumJournalBytes),
        },
      }),
    (opened) => settled((done) => opened.close(() => done(null))),
  );
  const group = new GroupView(replicator);
  const source =
    engine &&
    new SnapshotSource({
      disk,
      folder: join(folder, 'copies'),
      engine,
      clock,
      random: random.fork('copies'),
      nextTurn,
      membershipAt: (index) => replicator.membershipAt(index),
      keepAbove: (index) => replicator.retention.keepAbove(index),
    });
  if (source !== undefined) lifecycle.add('copies of the state', () => source.close());
  replicator.watch(() => links.follow(group.members));
  replicator.watch(leaderTold(replicator, log));
  const steward = new Steward(replicator, group, clusterId, clock, log, votesOnly);
  lifecycle.add('steward', () => steward.close());
  const takeover = new Takeover(group, steward, user, new ClientIdentity(random.fork('takeover')), clock);
  return { place, replicator, group, links, steward, takeover, clusterId, source, fetched: () => fetcher?.progress };
}

/** Logs who leads, each time that is somebody else. */
function leaderTold(replicator: Replicator, log: Logger): () => void {
  let told = 0;
  return () => {
    const { leader, term, self } = replicator;
    if (leader === told) return;
    told = leader;
    log.info(leader === 0 ? 'nobody leads the group' : 'a member leads the group', { leader, term, self });
  };
}

/** A leader that is told to stop waits this long for another one: without it clients would wait for an election. */
const HAND_OVER_MS = 400;

/** Hands leadership over, if there is anybody to take it; done in any case after a moment. */
export function handOver({ group, steward }: GroupParts, clock: Clock): Promise<void> {
  if (!group.leading || group.members.length < 2) return Promise.resolve();
  return new Promise((resolve) => {
    const late = clock.setTimer(HAND_OVER_MS, resolve);
    steward.transfer('', () => {
      late.cancel();
      resolve();
    });
  });
}

/** The doors are open: makes this node known to its group, where it has to join one or is reached elsewhere now. */
export function openJoining(
  config: Config,
  seams: NamenodeSeams,
  parts: GroupParts,
  ports: { readonly rpc: number; readonly http: number },
  lifecycle: Lifecycle,
): Joining {
  const { replicator, group, place } = parts;
  const { clock, log, user, random } = seams;
  const joining = new Joining({
    replicator,
    group,
    contacts: place.contacts,
    node: nodeOf(config, ports.rpc, ports.http),
    user,
    identity: new ClientIdentity(random.fork('joining')),
    clock,
    log,
  });
  lifecycle.add('joining', () => joining.close());
  return joining;
}
