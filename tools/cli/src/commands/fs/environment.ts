import type { Clock, Random } from '@rfs/base/seams';
import { DfsClient } from '@rfs/client/dfs';
import { clientConfig, type GenericOptions } from '../../hadoop/index.js';
import type { CommandContext } from '../../terminal/index.js';
import type { Settings } from './command/shell.js';
import { DistributedFiles } from './files/distributed.js';
import { LocalFiles } from './files/local/files.js';
import { FileSystems } from './files/registry.js';
import { parseName } from './model/name.js';

type Host = Pick<CommandContext, 'environment' | 'workingFolder'> & { readonly clock: Clock; readonly random: Random };

/** The configuration of one run of the shell and the file systems that it names. */
export class Environment {
  readonly systems: FileSystems;
  readonly settings: Settings;
  private readonly clients: DfsClient[] = [];

  constructor(generic: GenericOptions, host: Host) {
    const { clock, random } = host;
    const { config, user, defaultFs } = clientConfig(generic, host);
    this.settings = (key) => config.raw(key);
    this.systems = new FileSystems(new LocalFiles(host.workingFolder), parseName(defaultFs), (authority) => {
      const client = new DfsClient({ authority, config, user, clock, random: random.fork(authority) });
      this.clients.push(client);
      return new DistributedFiles(authority, client);
    });
  }

  close(): void {
    for (const client of this.clients) client.close();
  }
}
