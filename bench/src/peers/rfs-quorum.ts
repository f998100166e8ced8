import { LOAD_CORE, SERVER_CORE } from './peer.js';
import type { Quorum } from './quorum.js';
import { rfsUp } from './rfs.js';

/** Three rfs namenodes, or with `2+1` two and a journal node; `restarts` has those that die started again, `settings` are name=value. */
export async function startRfsQuorum(
  folder: string,
  restarts = false,
  settings: readonly string[] = [],
  namenodes = '3',
): Promise<Quorum> {
  const args = ['--namenodes', namenodes, '--datanodes', '0', '--dir', folder, ...(restarts ? [] : ['--no-restart'])];
  for (const setting of settings) args.push('-D', setting);
  const { description, stop } = await rfsUp(args, [SERVER_CORE, LOAD_CORE]);
  const active = description.namenodes.find(({ state }) => state === 'active');
  if (active === undefined) throw new Error('no namenode is active');
  return { name: 'rfs', active, others: description.namenodes.filter((one) => one !== active), stop };
}
