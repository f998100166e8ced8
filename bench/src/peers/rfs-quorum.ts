import { LOAD_CORE, SERVER_CORE } from './peer.js';
import type { Quorum } from './quorum.js';
import { rfsUp } from './rfs.js';

/** Three rfs namenodes; `restarts` has those that die started again, `settings` are name=value. */
export async function startRfsQuorum(
  folder: string,
  restarts = false,
  settings: readonly string[] = [],
): Promise<Quorum> {
  const args = ['--namenodes', '3', '--datanodes', '0', '--dir', folder, ...(restarts ? [] : ['--no-restart'])];
  for (const setting of settings) args.push('-D', setting);
  const { description, stop } = await rfsUp(args, [SERVER_CORE, LOAD_CORE]);
  const active = description.namenodes.find(({ state }) => state === 'active');
  if (active === undefined) throw new Error('no namenode is active');
  return { name: 'rfs', active, others: description.namenodes.filter((one) => one !== active), stop };
}
