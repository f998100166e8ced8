import { get } from 'node:http';
import type { Clock } from '@rfs/base/seams';

const POLL_MS = 25;
const GIVE_UP_MS = 60_000;
/** A namenode that is stopped answers nothing. */
const ANSWER_MS = 2000;
/** Members that come with a long log take a while; a cluster that waits for none of them serves as well. */
const VOTES_MS = 20_000;

/**
 * Fulfilled when one of the namenodes is active, all of them know `datanodes` live datanodes and are out of safe mode,
 * or when nobody wants to know any more; asks their /jmx.
 */
export async function waitUntilServing(
  httpAddresses: readonly string[],
  datanodes: number,
  clock: Clock,
  wanted: () => boolean,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + GIVE_UP_MS;
  let last = 'no answer';
  while (clock.monotonicMs() < deadlineMs) {
    if (!wanted()) return;
    const states = await Promise.all(httpAddresses.map(readState));
    const roles = await readRoles(httpAddresses);
    const behind = states.find((state) => state?.NumLiveDataNodes !== datanodes || state.FSState !== 'Operational');
    const ready = states.length > 0 && states.every((state) => state !== undefined) && behind === undefined;
    if (ready && roles.includes('active')) return;
    if (behind !== undefined) last = `${behind.NumLiveDataNodes} live datanodes, ${behind.FSState}`;
    else if (ready) last = 'no namenode is active';
    await new Promise<void>((resolve) => clock.setTimer(POLL_MS, resolve));
  }
  throw new Error(`the cluster does not serve after ${GIVE_UP_MS / 1000} s: ${last}`);
}

/** What each namenode says of its place in the group; undefined for who does not answer. */
export function readRoles(httpAddresses: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(
    httpAddresses.map(async (address) => (await readBean<NamenodeStatus>(address, 'NameNodeStatus'))?.State),
  );
}

/**
 * Fulfilled when each member counts for the quorum of its group, so that any one of them may be lost; asks their
 * /health. A member that was let go never will: nobody waits for that longer than a moment.
 */
export async function waitUntilAllVote(
  httpAddresses: readonly string[],
  clock: Clock,
  wanted: () => boolean,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + VOTES_MS;
  while (wanted() && clock.monotonicMs() < deadlineMs) {
    const members = await Promise.all(httpAddresses.map((address) => readJson<Health>(`http://${address}/health`)));
    if (members.every((member) => member?.votes === true)) return;
    await new Promise<void>((resolve) => clock.setTimer(POLL_MS, resolve));
  }
}

interface Health {
  readonly votes: boolean;
}

interface NamenodeStatus {
  /** active, observer (or standby). */
  readonly State: string;
}

interface NamesystemState {
  readonly NumLiveDataNodes: number;
  /** "Operational" or "safeMode" (`FSNamesystem.getFSState`). */
  readonly FSState: string;
}

function readState(httpAddress: string): Promise<NamesystemState | undefined> {
  return readBean<NamesystemState>(httpAddress, 'FSNamesystemState');
}

/** A bean of the namenode; undefined while the namenode does not answer. */
async function readBean<Bean>(httpAddress: string, name: string): Promise<Bean | undefined> {
  const url = `http://${httpAddress}/jmx?qry=Hadoop:service=NameNode,name=${name}`;
  return (await readJson<{ readonly beans?: readonly Bean[] }>(url))?.beans?.[0];
}

function readJson<Answer>(url: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: ANSWER_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(parsed<Answer>(body)));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

function parsed<Answer>(body: string): Answer | undefined {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return undefined;
  }
}
