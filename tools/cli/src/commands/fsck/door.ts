import { type Address, type Config, clientOptions } from '@rfs/base/config';
import { systemClock, systemRandom } from '@rfs/base/system';
import { isNameservice, NamenodeGroup, namenodesOf } from '@rfs/client/namenodes';
import { clientSettings } from '@rfs/client/settings';
import { HAServiceStateProto } from '@rfs/protocol/messages';
import { UsageError } from '../../options/index.js';

const UNBOUND = '0.0.0.0';

/** The HTTP address of a file system's active namenode, as the client's configuration has it (DFSUtil.getInfoServer). */
export async function activeHttpAddress(authority: string, config: Config, user: string): Promise<Address> {
  const members = namenodesOf(authority, config);
  const at = members.length > 1 ? await activeOf(members, authority, config, user) : 0;
  const rpc = members[at] as Address;
  const scope = isNameservice(authority, config) ? authority : undefined;
  const id = scope === undefined ? undefined : config.suffixed(clientOptions.namenodeIds, scope)?.[at];
  const scoped =
    scope === undefined || id === undefined ? undefined : config.suffixed(clientOptions.namenodeHttpAddress, scope, id);
  const { host, port } = scoped ?? config.get(clientOptions.namenodeHttpAddress);
  return { host: host === UNBOUND ? rpc.host : host, port };
}

async function activeOf(members: readonly Address[], name: string, config: Config, user: string): Promise<number> {
  const common = { name, user, settings: clientSettings(config), clock: systemClock, random: systemRandom() };
  for (const [at, address] of members.entries()) {
    const calls = new NamenodeGroup({ ...common, addresses: [address] });
    const answer = await calls.attempt('getHAServiceState', {}).finally(() => calls.close());
    if ('state' in answer && answer.state === HAServiceStateProto.ACTIVE) return at;
  }
  throw new UsageError(`no namenode of ${name} is active`);
}
