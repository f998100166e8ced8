import { userInfo } from 'node:os';
import {
  type Config,
  clientOptions,
  clientRules,
  loadConfig,
  readConfigFile,
  readConfigFolder,
} from '@rfs/base/config';
import type { Clock, Random } from '@rfs/base/seams';
import { DfsClient } from '@rfs/client/dfs';
import type { CommandContext } from '../../terminal/index.js';
import type { Settings } from './command/shell.js';
import { DistributedFiles } from './files/distributed.js';
import { LocalFiles } from './files/local/files.js';
import { FileSystems } from './files/registry.js';
import type { GenericOptions } from './generic.js';
import { parseName } from './model/name.js';

/** Where a namenode listens when nobody says otherwise. */
const DEFAULT_FS = 'hdfs://localhost:8020';

type Host = Pick<CommandContext, 'environment' | 'workingFolder'> & { readonly clock: Clock; readonly random: Random };

/** The configuration of one run of the shell and the file systems that it names. */
export class Environment {
  readonly systems: FileSystems;
  readonly settings: Settings;
  private readonly clients: DfsClient[] = [];

  constructor(generic: GenericOptions, host: Host) {
    const { environment, clock, random } = host;
    const folder = generic.confFolder ?? environment.HADOOP_CONF_DIR;
    const xml = [...(folder ? readConfigFolder(folder) : []), ...generic.confFiles.flatMap(readConfigFile)];
    const user = environment.HADOOP_USER_NAME || userInfo().username;
    const config = loadConfig(
      clientOptions,
      {
        properties: generic.properties,
        environment,
        xml,
        system: { 'user.name': user, 'user.home': userInfo().homedir },
      },
      clientRules,
    );
    this.settings = (key) => config.raw(key);
    const defaultFs = generic.fs ?? (isSet(config) ? config.get(clientOptions.defaultFs) : DEFAULT_FS);
    this.systems = new FileSystems(
      new LocalFiles(host.workingFolder),
      parseName(defaultFs.includes('://') ? defaultFs : `hdfs://${defaultFs}`),
      (authority) => {
        const client = new DfsClient({ authority, config, user, clock, random: random.fork(authority) });
        this.clients.push(client);
        return new DistributedFiles(authority, client);
      },
    );
  }

  close(): void {
    for (const client of this.clients) client.close();
  }
}

function isSet(config: Config): boolean {
  return config.sourceOf(clientOptions.defaultFs) !== 'default';
}
