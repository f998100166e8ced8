import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { protocols } from '@rfs/protocol/rpc';
import { Load, LoadConnection } from './load/index.js';
import { complete, create, fileStatusReply, getFileInfo, makeHome, trueReply } from './operations/index.js';
import { describeNow, sleep, startRfsQuorum } from './peers/index.js';
import { table } from './report/index.js';

/**
 * How long does an empty namenode take to catch up with a million files? One of three loses its folder and is killed;
 * from the moment its next process is there until it has applied what its leader had then. The log is cut, so it joins
 * as a new member and fetches the whole state. Nothing is pinned.
 */
const { values } = parseArgs({ options: { files: { type: 'string', default: '1000000' } } });
const files = Number(values.files);
const USER = userInfo().username;
const CHUNK = 20_000;
const POLL_MS = 20;
const REST_MS = 1;
const PATIENCE_MS = 300_000;
/** Longer than a namenode waits until its state is durable and the log behind it is cut. */
const CUT_MS = 12_000;

interface Reading {
  readonly applied: number;
  readonly pauseMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'rfs-bench-catch-up-'));
const group = await startRfsQuorum(folder, true, ['rfs.journal.retained.bytes=0', 'rfs.journal.segment.bytes=1m']);
try {
  const { namenodes } = describeNow(folder);
  const leader = namenodes.find(({ rpc }) => rpc === group.active.rpc);
  const victim = namenodes.find(({ rpc }) => rpc !== group.active.rpc);
  if (leader === undefined || victim === undefined) throw new Error('the group is not what it should be');
  await makeHome(leader.rpc, USER);
  const load = await Load.open(leader.rpc, protocols.client, { connections: 8, clients: 32, user: USER });
  for (let from = 0; from < files; from += CHUNK) await makeFiles(load, from, Math.min(CHUNK, files - from));
  await sleep(CUT_MS);
  const makingPauseMs = (await read(leader.http)).pauseMs;

  const name = join(victim.dir, 'name');
  rmSync(name, { recursive: true });
  process.kill(victim.pid, 'SIGKILL');
  const startMs = await restarted(victim.id, victim.pid);
  const goal = (await read(leader.http)).applied;
  const answers = await watchAnswers(leader.rpc);
  await reaches(victim.http, goal);
  const tookMs = performance.now() - startMs;
  const longestAnswerMs = await answers.longestMs();
  load.close();
  const state = readdirSync(name).find((each) => each.startsWith('state-'));
  process.stdout.write(
    table([
      ['measure', 'value'],
      ['files', String(files)],
      ['new process to everything applied, ms', tookMs.toFixed(0)],
      ['came as', state === undefined ? 'log' : `a state of ${megabytes(join(name, state, 'data.mdb'))} MB`],
      ['longest pause of the leader while the files were made, ms', makingPauseMs.toFixed(1)],
      ['longest pause of the leader with all the rest, ms', (await read(leader.http)).pauseMs.toFixed(1)],
      ['longest answer of the leader to a read meanwhile, ms', longestAnswerMs.toFixed(1)],
      ['longest pause of the new namenode, ms', (await read(victim.http)).pauseMs.toFixed(1)],
    ]),
  );
} finally {
  await group.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function makeFiles(load: Load, from: number, count: number): Promise<void> {
  await load.run({ count, make: (index) => create(path(from + index)), check: fileStatusReply });
  await load.run({ count, make: (index) => complete(path(from + index)), check: trueReply });
}

function path(index: number): string {
  return `/bench/d${Math.floor(index / 1000)}/f${index}`;
}

/** Reads at `rpc`, one after the other with a little rest, until the longest wait for an answer is asked for. */
async function watchAnswers(rpc: string): Promise<{ readonly longestMs: () => Promise<number> }> {
  const connection = await LoadConnection.open(rpc, protocols.client, USER);
  const takenMs = new Float64Array(1);
  let longestMs = 0;
  let ended = false;
  const reading = (async () => {
    while (!ended) {
      const call = connection.encode(1, () => getFileInfo(path(0)));
      await connection.send(call, 1, fileStatusReply, takenMs);
      longestMs = Math.max(longestMs, takenMs[0] ?? 0);
      await sleep(REST_MS);
    }
    connection.close();
  })();
  return {
    longestMs: async () => {
      ended = true;
      await reading;
      return longestMs;
    },
  };
}

/** When the next process of a killed namenode was first seen. */
async function restarted(id: string, pid: number): Promise<number> {
  for (;;) {
    const now = describeNow(folder).namenodes.find((each) => each.id === id);
    if (now !== undefined && now.pid !== pid) return performance.now();
    await sleep(POLL_MS);
  }
}

async function reaches(http: string, goal: number): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const applied = await read(http).then(
      (reading) => reading.applied,
      () => 0,
    );
    if (applied >= goal) return;
    if (performance.now() > deadlineMs) throw new Error(`entry ${applied} of ${goal} after ${PATIENCE_MS} ms`);
    await sleep(POLL_MS);
  }
}

async function read(http: string): Promise<Reading> {
  const text = await (await fetch(`http://${http}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return { applied: value('rfs_applied_index'), pauseMs: value('rfs_event_loop_delay_max_seconds') * 1000 };
}

function megabytes(path: string): string {
  return (statSync(path).size / 2 ** 20).toFixed(0);
}
