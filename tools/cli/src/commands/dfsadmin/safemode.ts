import { systemClock } from '@rfs/base/system';
import type { NamenodeGroup } from '@rfs/client/namenodes';
import { SafeModeActionProto as Action } from '@rfs/protocol/messages';
import { UsageError } from '../../options/index.js';
import type { Terminal } from '../../terminal/index.js';

/** How often `wait` asks; HDFS waits 5 s, which is most of a start of ours. */
const WAIT_MS = 200;

const ACTIONS: Readonly<Record<string, Action>> = {
  enter: Action.SAFEMODE_ENTER,
  leave: Action.SAFEMODE_LEAVE,
  get: Action.SAFEMODE_GET,
  wait: Action.SAFEMODE_GET,
  forceexit: Action.SAFEMODE_FORCE_EXIT,
};

/** `-safemode enter|leave|get|wait|forceExit` (`DFSAdmin.setSafeMode`). */
export async function safemode(
  words: readonly string[],
  namenodes: NamenodeGroup,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const word = words[0]?.toLowerCase() ?? '';
  const action = ACTIONS[word];
  if (action === undefined || words.length > 1) {
    throw new UsageError('Usage: rfs dfsadmin [-safemode enter | leave | get | wait | forceExit]');
  }
  const ask = async (checked: boolean): Promise<boolean> =>
    (await namenodes.call('setSafeMode', { action, checked })).result;
  let on = await ask(false);
  while (on && word === 'wait') {
    await new Promise<void>((resolve) => systemClock.setTimer(WAIT_MS, resolve));
    on = await ask(false);
  }
  terminal.out(json ? `${JSON.stringify({ safeMode: on })}\n` : `Safe mode is ${on ? 'ON' : 'OFF'}\n`);
  return 0;
}
