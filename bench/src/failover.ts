import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { HAServiceStateProto } from '@rfs/protocol/messages';
import { protocols } from '@rfs/protocol/rpc';
import { LoadConnection } from './load/index.js';
import { mkdirs, trueReply } from './operations/index.js';
import { describeNow, sleep, startRfsQuorum } from './peers/index.js';
import { table } from './report/index.js';

/**
 * How long after kill -9 of the leader is a change served again? A client of three namenodes makes one folder after
 * another at the leader, without pause, and turns to the next namenode when its connection breaks. From the kill to the
 * answer to the first change begun after it.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' } } });
const BEFORE_MS = 500;
const POLL_MS = 50;
const PATIENCE_MS = 60_000;
const USER = userInfo().username;

const folder = mkdtempSync(join(tmpdir(), 'rfs-bench-failover-'));
const group = await startRfsQuorum(folder, true);
try {
  const rpcs = [group.active, ...group.others].map(({ rpc }) => rpc);
  const takenMs: number[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    const leader = await everybodyThere(rpcs);
    takenMs.push(await killAndWrite(rpcs, leader, run));
    process.stderr.write(`${(takenMs.at(-1) as number).toFixed(0)} ms\n`);
  }
  takenMs.sort((a, b) => a - b);
  const ms = (index: number): string => (takenMs[index] as number).toFixed(0);
  process.stdout.write(
    table([
      ['kill -9 of the leader to the first change served, ms', 'value'],
      ['runs', String(takenMs.length)],
      ['lowest', ms(0)],
      ['median', ms(takenMs.length >> 1)],
      ['highest', ms(takenMs.length - 1)],
    ]),
  );
} finally {
  await group.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function killAndWrite(rpcs: readonly string[], leader: string, run: number): Promise<number> {
  let at = rpcs.indexOf(leader);
  let connection = await LoadConnection.open(leader, protocols.client, USER);
  const beganMs = performance.now();
  let killedMs = Number.POSITIVE_INFINITY;
  for (let number = 0; ; number++) {
    const startMs = performance.now();
    try {
      const call = connection.encode(1, () => mkdirs(`/failover/r${run}/d${number}`));
      await connection.send(call, 1, trueReply, new Float64Array(1));
      if (startMs > killedMs) {
        connection.close();
        return performance.now() - killedMs;
      }
    } catch (error) {
      if (performance.now() - killedMs > PATIENCE_MS || killedMs === Number.POSITIVE_INFINITY) throw error;
      connection.close();
      connection = await nextOf(rpcs, ++at);
    }
    if (killedMs === Number.POSITIVE_INFINITY && startMs - beganMs > BEFORE_MS) {
      kill(leader);
      killedMs = performance.now();
    }
  }
}

function kill(rpc: string): void {
  const { pid } = describeNow(folder).namenodes.find((namenode) => namenode.rpc === rpc) ?? {};
  if (pid === undefined) throw new Error(`nobody is at ${rpc}`);
  process.kill(pid, 'SIGKILL');
}

/** A connection to the first namenode from `at` on that takes one. */
async function nextOf(rpcs: readonly string[], at: number): Promise<LoadConnection> {
  for (let tries = 0; tries < rpcs.length; tries++) {
    try {
      return await LoadConnection.open(rpcs[(at + tries) % rpcs.length] as string, protocols.client, USER);
    } catch {
      // Dead as well, or not yet back: the next one.
    }
  }
  throw new Error('no namenode takes connections');
}

/** Waits until all namenodes answer, and one leads; its address. */
async function everybodyThere(rpcs: readonly string[]): Promise<string> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const states = await Promise.all(rpcs.map(stateOf));
    const leader = rpcs[states.indexOf(HAServiceStateProto.ACTIVE)];
    if (leader !== undefined && !states.includes(undefined)) return leader;
    if (performance.now() > deadlineMs) throw new Error('the group is not whole again');
    await sleep(POLL_MS);
  }
}

async function stateOf(rpc: string): Promise<HAServiceStateProto | undefined> {
  let connection: LoadConnection | undefined;
  try {
    connection = await LoadConnection.open(rpc, protocols.haService, USER);
    return (await connection.call<{ state: HAServiceStateProto }>('getServiceStatus', {})).state;
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}
