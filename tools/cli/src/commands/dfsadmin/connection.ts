import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { clientOptions, clientRules, loadConfig, readConfigFolder } from '@rfs/base/config';
import { systemClock, systemRandom } from '@rfs/base/system';
import { NamenodeGroup, namenodesOf } from '@rfs/client/namenodes';
import { clientSettings } from '@rfs/client/settings';
import { UsageError } from '../../options/index.js';
import type { CommandContext } from '../../terminal/index.js';

/** What the words before the command say: `-fs URI`, `-conf FOLDER`, `-D name=value`. */
export interface GenericOptions {
  readonly fs: string | undefined;
  readonly conf: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

/** Calls to the namenodes of the file system that the configuration or `-fs` names. */
export function connect(options: GenericOptions, { environment, workingFolder }: CommandContext): NamenodeGroup {
  const folder = options.conf ?? environment.HADOOP_CONF_DIR;
  const { username, homedir } = userInfo();
  const config = loadConfig(
    clientOptions,
    {
      flags: { fs: options.fs },
      properties: options.properties,
      environment,
      xml: folder === undefined ? [] : readConfigFolder(resolve(workingFolder, folder)),
      system: { 'user.name': username, 'user.home': homedir },
    },
    clientRules,
  );
  const uri = config.get(clientOptions.defaultFs);
  const authority = /^hdfs:\/\/([^/]+)/.exec(uri)?.[1];
  if (authority === undefined) throw new UsageError(`FileSystem ${uri} is not an HDFS file system`);
  return new NamenodeGroup({
    addresses: namenodesOf(authority, config),
    name: authority,
    user: environment.HADOOP_USER_NAME ?? username,
    settings: clientSettings(config),
    clock: systemClock,
    random: systemRandom(),
  });
}
