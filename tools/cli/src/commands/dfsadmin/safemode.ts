import { systemClock } from '@rfs/base/system';
import { SafeModeActionProto as Action } from '@rfs/protocol/messages';
import { type Subcommand, show, WrongWords } from './subcommand.js';

/** How often `wait` asks; HDFS waits 5 s, which is most of a start of ours. */
const WAIT_MS = 200;

const ACTIONS: Readonly<Record<string, Action>> = {
  enter: Action.SAFEMODE_ENTER,
  leave: Action.SAFEMODE_LEAVE,
  get: Action.SAFEMODE_GET,
  wait: Action.SAFEMODE_GET,
  forceexit: Action.SAFEMODE_FORCE_EXIT,
};

export const safemode: Subcommand = {
  usage: '-safemode enter | leave | get | wait | forceExit',
  help: 'Switches safe mode on or off, tells which it is, or waits until it is over.',
  words: [1, 1],
  async run([given = ''], { namenodes }, terminal, json) {
    const word = given.toLowerCase();
    const action = ACTIONS[word];
    if (action === undefined) throw new WrongWords();
    const ask = async (checked: boolean): Promise<boolean> =>
      (await namenodes.call('setSafeMode', { action, checked })).result;
    let on = await ask(false);
    while (on && word === 'wait') {
      await new Promise<void>((resolve) => systemClock.setTimer(WAIT_MS, resolve));
      on = await ask(false);
    }
    return show(terminal, json, { safeMode: on }, `Safe mode is ${on ? 'ON' : 'OFF'}\n`);
  },
};
