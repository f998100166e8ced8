import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FailureError } from '@rfs/base/failure';
import type { DfsClient } from '@rfs/client/dfs';
import {
  type ClusterDescription,
  clientOf,
  hang,
  killHard,
  type MemberStatus,
  membersOf,
  ProcessCluster,
  resume,
  runRfs,
  until,
} from './cluster/index.js';

/** How often a namenode makes its state durable and cuts its journal. */
const CUT_MS = 500;

/** A journal that keeps next to nothing of what the states hold. */
const FORGETFUL = ['retained.bytes=0', 'segment.bytes=64k', `cut.interval=${CUT_MS}`].flatMap((setting) => [
  '-D',
  `rfs.journal.${setting}`,
]);

/** What a namenode that reaches no leader answers, to clients that have seen a state and to others. */
const SENT_BACK: readonly string[] = ['StandbyException', 'ObserverRetryOnActiveException'];

class Group {
  readonly cluster: ProcessCluster;
  private client: DfsClient;
  private made = 0;

  constructor(cluster: ProcessCluster) {
    this.cluster = cluster;
    this.client = clientOf(cluster, 'rfs');
  }

  /** Changes from now on are those of a client that knows `rpc` alone: it never waits for one that hangs. */
  askOnly(rpc: string): void {
    this.client.close();
    this.client = clientOf(this.cluster, rpc);
  }

  get conf(): string {
    return this.cluster.description.conf;
  }

  status(): Promise<readonly MemberStatus[]> {
    return membersOf(this.cluster);
  }

  /** Waits until all vote and lack next to nothing. */
  async whole(): Promise<readonly MemberStatus[]> {
    let members: readonly MemberStatus[] = [];
    await until('the group is whole', async () => {
      members = await this.status();
      return (
        members.length === 3 &&
        members.every(({ votes, lag, state }) => votes && (lag ?? 1) < 50 && state !== 'unreachable')
      );
    });
    return members;
  }

  node(state: string): ClusterDescription['namenodes'][number] {
    return this.cluster.now().namenodes.find((each) => each.state === state) as ClusterDescription['namenodes'][number];
  }

  async change(): Promise<void> {
    const from = this.made;
    this.made += 300;
    const paths = Array.from({ length: 300 }, (_, i) => `/some/${from + i}`);
    await Promise.all(paths.map((path) => this.make(path)));
  }

  /** Again, when it is sent back: on a busy machine the leader may lose the lead for a moment, and this client asks one. */
  private async make(path: string): Promise<void> {
    await until(`${path} is made`, async () => {
      try {
        return await this.client.mkdirs(path, 0o755, true);
      } catch (error) {
        if (error instanceof FailureError && SENT_BACK.includes(error.failure.code)) return false;
        throw error;
      }
    });
  }

  async firstIndexOf(name: string): Promise<number> {
    return (await this.status()).find((member) => member.name === name)?.firstIndex ?? 0;
  }

  /** Makes folders until the journal of `name` no longer has entry 100. */
  async changeUntilCut(name: string): Promise<void> {
    await until('the journal is cut', async () => {
      await this.change();
      return (await this.firstIndexOf(name)) > 100;
    });
  }

  /** The client asks the group, and `rpc` alone answers: everything that was acknowledged is there. */
  async seenAt(rpc: string): Promise<void> {
    const { code, out, err } = await runRfs(['fs', '-fs', `hdfs://${rpc}`, '-count', '/some'], {
      HADOOP_CONF_DIR: this.conf,
    });
    assert.equal(code, 0, err);
    assert.equal(Number(out.trim().split(/\s+/)[0]), this.made + 1);
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.cluster.stop();
  }
}

test('a namenode that was away for too long, and one without its folder, catch up by the state of another', async () => {
  const group = new Group(await ProcessCluster.start('--namenodes', '3', '--datanodes', '1', ...FORGETFUL));
  try {
    const sleeper = group.node('observer');
    const active = group.node('active');
    group.askOnly(active.rpc);
    hang(sleeper.pid);
    await group.changeUntilCut(active.id);
    resume(sleeper.pid);
    await group.whole();
    const folder = join(sleeper.dir, 'name');
    assert.ok(existsSync(join(folder, 'installed-state')));
    assert.ok(!existsSync(join(folder, 'store')), 'the state before is gone');
    await group.seenAt(sleeper.rpc);

    // What was put in place is what a start goes on with.
    killHard(sleeper.pid);
    await until('it is away', async () => (await group.status()).some(({ state }) => state === 'unreachable'));
    await group.whole();
    await group.seenAt(sleeper.rpc);

    const ids = (await group.status()).map(({ id }) => id);
    rmSync(folder, { recursive: true });
    killHard(group.cluster.now().namenodes.find(({ id }) => id === sleeper.id)?.pid as number);
    await until('it comes back as another', async () => {
      const id = (await group.status()).find(({ name }) => name === sleeper.id)?.id;
      return id !== undefined && !ids.includes(id);
    });
    await group.whole();
    assert.ok(existsSync(join(folder, 'installed-state')));
    await group.seenAt(sleeper.rpc);
  } finally {
    await group.stop();
  }
});

test('beside a journal node nothing is cut that a namenode still needs, until it is back', async () => {
  const group = new Group(await ProcessCluster.start('--namenodes', '2+1', '--datanodes', '0', ...FORGETFUL));
  try {
    const sleeper = group.node('observer');
    const active = group.node('active');
    const journal = group.node('journal');
    group.askOnly(active.rpc);
    hang(sleeper.pid);
    const untilMs = performance.now() + 4 * CUT_MS;
    while (performance.now() < untilMs) await group.change();
    for (const { id } of [active, journal]) assert.equal(await group.firstIndexOf(id), 1);
    // The one that has everything goes; the journal node brings the other one forward.
    killHard(active.pid);
    resume(sleeper.pid);
    await group.whole();
    group.askOnly('rfs');
    await group.changeUntilCut(sleeper.id);
    await group.changeUntilCut(journal.id);
  } finally {
    await group.stop();
  }
});
