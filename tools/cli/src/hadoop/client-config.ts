import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import {
  type Config,
  clientOptions,
  clientRules,
  loadConfig,
  type OptionTable,
  readConfigFile,
  readConfigFolder,
} from '@rfs/base/config';
import type { CommandContext } from '../terminal/index.js';
import type { GenericOptions } from './generic.js';

/** Where a namenode listens when nobody says otherwise. */
const DEFAULT_FS = 'hdfs://localhost:8020';

/** What a client command goes by. */
export interface ClientConfig {
  readonly config: Config;
  /** On whose behalf calls are made. */
  readonly user: string;
  /** The file system of paths without one. */
  readonly defaultFs: string;
}

/**
 * The configuration of a client: `-D`, the environment, the folder and files that the user named.
 * @param more options that are read besides those of every client
 */
export function clientConfig(
  generic: GenericOptions,
  { environment, workingFolder }: Pick<CommandContext, 'environment' | 'workingFolder'>,
  more: OptionTable = {},
): ClientConfig {
  const folder = generic.confFolder ?? environment.HADOOP_CONF_DIR;
  const inFolder = folder ? readConfigFolder(resolve(workingFolder, folder)) : [];
  const inFiles = generic.confFiles.flatMap((file) => readConfigFile(resolve(workingFolder, file)));
  const { username, homedir } = userInfo();
  const user = environment.HADOOP_USER_NAME || username;
  const config = loadConfig(
    { ...clientOptions, ...more },
    {
      properties: generic.properties,
      environment,
      xml: [...inFolder, ...inFiles],
      system: { 'user.name': user, 'user.home': homedir },
    },
    clientRules,
  );
  const isSet = config.sourceOf(clientOptions.defaultFs) !== 'default';
  const named = generic.fs ?? (isSet ? config.get(clientOptions.defaultFs) : DEFAULT_FS);
  return { config, user, defaultFs: named.includes('://') ? named : `hdfs://${named}` };
}
