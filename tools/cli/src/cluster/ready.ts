import { get } from 'node:http';
import type { Clock } from '@rfs/base/seams';

const POLL_MS = 25;
const GIVE_UP_MS = 60_000;

/**
 * Fulfilled when the namenode knows `datanodes` live datanodes and is out of safe mode, or when nobody wants to know any
 * more; asks its /jmx.
 */
export async function waitUntilServing(
  httpAddress: string,
  datanodes: number,
  clock: Clock,
  wanted: () => boolean,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + GIVE_UP_MS;
  let last = 'no answer';
  while (clock.monotonicMs() < deadlineMs) {
    if (!wanted()) return;
    const state = await readState(httpAddress);
    if (state?.NumLiveDataNodes === datanodes && state.FSState === 'Operational') return;
    if (state !== undefined) last = `${state.NumLiveDataNodes} live datanodes, ${state.FSState}`;
    await new Promise<void>((resolve) => clock.setTimer(POLL_MS, resolve));
  }
  throw new Error(`the cluster does not serve after ${GIVE_UP_MS / 1000} s: ${last}`);
}

interface NamesystemState {
  readonly NumLiveDataNodes: number;
  /** "Operational" or "safeMode" (`FSNamesystem.getFSState`). */
  readonly FSState: string;
}

/** The bean FSNamesystemState; undefined while the namenode does not answer. */
function readState(httpAddress: string): Promise<NamesystemState | undefined> {
  return new Promise((resolve) => {
    const url = `http://${httpAddress}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`;
    const request = get(url, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(firstBean(body)));
    });
    request.on('error', () => resolve(undefined));
  });
}

function firstBean(body: string): NamesystemState | undefined {
  try {
    return (JSON.parse(body) as { beans: NamesystemState[] }).beans[0];
  } catch {
    return undefined;
  }
}
