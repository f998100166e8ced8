import { systemClock, systemRandom } from '@rfs/base/system';
import { NamenodeGroup, namenodesOf } from '@rfs/client/namenodes';
import { clientSettings } from '@rfs/client/settings';
import { clientConfig, type GenericOptions } from '../../hadoop/index.js';
import { UsageError } from '../../options/index.js';
import type { CommandContext } from '../../terminal/index.js';

/** Calls to the namenodes of the file system that the configuration or `-fs` names. */
export function connect(generic: GenericOptions, context: CommandContext): NamenodeGroup {
  const { config, user, defaultFs } = clientConfig(generic, context);
  const authority = /^hdfs:\/\/([^/]+)/.exec(defaultFs)?.[1];
  if (authority === undefined) throw new UsageError(`FileSystem ${defaultFs} is not an HDFS file system`);
  return new NamenodeGroup({
    addresses: namenodesOf(authority, config),
    name: authority,
    user,
    settings: clientSettings(config),
    clock: systemClock,
    random: systemRandom(),
  });
}
