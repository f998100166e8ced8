import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DfsClient } from '@rfs/client/dfs';
import {
  askToStop,
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

/** Changes are held, not refused, and not for ever: however busy the machine is. bench/ measures how soon they go on. */
const LONGEST_MS = 30_000;

/** Makes folders one after another until it is told to stop, and notes the longest time that one took. */
class Load {
  readonly client: DfsClient;
  readonly made: string[] = [];
  longestMs = 0;
  private going = true;
  private readonly ended: Promise<void>;

  constructor(cluster: ProcessCluster) {
    this.client = clientOf(cluster, 'rfs');
    this.ended = this.run();
    // Whoever checks hears of it; after a test that failed nobody does.
    this.ended.catch(() => undefined);
  }

  /** Every acknowledged change is there. */
  async check(): Promise<void> {
    this.going = false;
    await this.ended;
    const present = new Set<string>();
    for await (const { path } of this.client.list('/load')) present.add(path);
    assert.deepEqual(
      this.made.filter((path) => !present.has(path)),
      [],
    );
  }

  /** Fulfilled when some more changes are acknowledged. */
  async goesOn(): Promise<void> {
    const from = this.made.length;
    await until('changes go on', () => this.made.length >= from + 10);
  }

  private async run(): Promise<void> {
    while (this.going) {
      const path = `/load/${this.made.length}`;
      const startedMs = performance.now();
      await this.client.mkdirs(path, 0o755, true);
      this.longestMs = Math.max(this.longestMs, performance.now() - startedMs);
      this.made.push(path);
    }
  }
}

/** All vote, have everything, and one leads. */
async function whole(cluster: ProcessCluster, count: number): Promise<readonly MemberStatus[]> {
  let members: readonly MemberStatus[] = [];
  await until('the group is whole', async () => {
    members = await membersOf(cluster);
    const well = members.filter(({ votes, lag, state }) => votes && (lag ?? 1) < 100 && state !== 'unreachable');
    return well.length === count && members.length === count && members.some(({ state }) => state === 'active');
  });
  return members;
}

type Namenode = ClusterDescription['namenodes'][number];

/** The namenode that leads now. */
async function activeOf(cluster: ProcessCluster): Promise<Namenode> {
  const { namenodes } = cluster.now();
  let name: string | undefined;
  await until('somebody leads', async () => {
    name = (await membersOf(cluster)).find(({ state }) => state === 'active')?.name;
    return name !== undefined;
  });
  return namenodes.find(({ id }) => id === name) as Namenode;
}

test('three namenodes: changes go on when the leader is killed, hangs, or hands over', async () => {
  const cluster = await ProcessCluster.start('--namenodes', '3', '--datanodes', '0');
  const load = new Load(cluster);
  try {
    assert.deepEqual(cluster.description.namenodes.map(({ state }) => state).sort(), [
      'active',
      'observer',
      'observer',
    ]);
    await load.goesOn();
    const killed = await activeOf(cluster);
    killHard(killed.pid);
    await load.goesOn();
    assert.ok(load.longestMs < LONGEST_MS, `a change took ${load.longestMs} ms`);
    assert.notEqual((await activeOf(cluster)).id, killed.id);
    await whole(cluster, 3);

    load.longestMs = 0;
    const hanging = await activeOf(cluster);
    hang(hanging.pid);
    // Its client may be one that waits for just this one.
    await load.goesOn();
    assert.ok(load.longestMs < LONGEST_MS, `a change took ${load.longestMs} ms`);
    await until('another one leads', async () => (await activeOf(cluster)).id !== hanging.id);
    resume(hanging.pid);
    await load.goesOn();
    await whole(cluster, 3);

    const before = (await activeOf(cluster)).id;
    load.longestMs = 0;
    const { code, err } = await runRfs(['haadmin', '-transfer'], { HADOOP_CONF_DIR: cluster.description.conf });
    assert.equal(code, 0, err);
    await load.goesOn();
    assert.notEqual((await activeOf(cluster)).id, before);
    await load.check();
  } finally {
    load.client.close();
    await cluster.stop();
  }
});

test('three namenodes are restarted one after another, and no client notices', async () => {
  const cluster = await ProcessCluster.start('--namenodes', '3', '--datanodes', '0');
  const load = new Load(cluster);
  try {
    for (const { id } of cluster.description.namenodes) {
      const pidOf = (): number => cluster.now().namenodes.find((each) => each.id === id)?.pid as number;
      const before = pidOf();
      askToStop(before);
      await until(`${id} is back`, () => pidOf() !== before && pidOf() !== 0);
      await whole(cluster, 3);
      await load.goesOn();
    }
    assert.ok(load.longestMs < LONGEST_MS, `a change took ${load.longestMs} ms`);
    await load.check();
  } finally {
    load.client.close();
    await cluster.stop();
  }
});

test('two namenodes and a journal node: one may be lost with its disk, and comes back as another member', async () => {
  const cluster = await ProcessCluster.start('--namenodes', '2+1', '--datanodes', '0');
  const load = new Load(cluster);
  try {
    await load.goesOn();
    const ids = (await whole(cluster, 3)).map(({ id }) => id);
    const lost = await activeOf(cluster);
    rmSync(join(lost.dir, 'name'), { recursive: true });
    killHard(lost.pid);
    await load.goesOn();
    assert.ok(load.longestMs < LONGEST_MS, `a change took ${load.longestMs} ms`);
    const members = await whole(cluster, 3);
    assert.ok(!ids.includes(members.find(({ name }) => name === lost.id)?.id as number), 'it has a new Raft id');

    const journal = cluster.now().namenodes.find(({ state }) => state === 'journal');
    killHard(journal?.pid as number);
    await load.goesOn();
    await whole(cluster, 3);
    await load.check();
  } finally {
    load.client.close();
    await cluster.stop();
  }
});
