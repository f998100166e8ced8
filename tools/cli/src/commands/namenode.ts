import { hostname, networkInterfaces } from 'node:os';
import { type Config, type ConfigSources, clientOptions, namenodeOptions, namenodeRules } from '@rfs/base/config';
import { DfsClient } from '@rfs/client/dfs';
import {
  makeSoleMember,
  type NamenodeInside,
  type NamenodeSeams,
  startJournalNode,
  startNamenode,
} from '@rfs/namenode/node';
import { namenodeWebHdfs } from '@rfs/webhdfs/namenode';
import { configure, type DaemonCommand, realWorld, runInForeground, type World } from '../daemon/index.js';
import type { Command, Terminal } from '../terminal/index.js';

/** A namenode is a client of its own file system too: it copies what is left of files that lost blocks. */
const TABLE = { ...clientOptions, ...namenodeOptions };
const COMMAND: DaemonCommand = {
  name: 'namenode',
  scope: scopeOf,
  table: TABLE,
  rules: namenodeRules,
  switches: {
    bootstrap: 'make a new filesystem in an empty folder; a lone namenode does so by itself',
    'go-on-alone': 'start nothing: make this namenode the only member of its group, as the others are lost for good',
  },
};

/** `rfs namenode`: one namenode in the foreground. */
export const namenode: Command = {
  async run(args, context) {
    const configured = await configure(COMMAND, args, context);
    if (typeof configured === 'number') return configured;
    const { config, reread, switches } = configured;
    const world = realWorld(config);
    const fileSystem = (authority: string, user = world.user): DfsClient =>
      new DfsClient({ authority, config, user, clock: world.clock, random: world.random.fork('fsck') });
    const httpDoors = (inside: NamenodeInside) => [webHdfs(config, world, inside)];
    const seams = { ...world, reread, fileSystem, httpDoors };
    if (switches.has('go-on-alone')) return goOnAlone(config, seams, context.terminal);
    const start = () =>
      config.get(TABLE.role) === 'journal'
        ? startJournalNode(config, seams)
        : startNamenode(config, seams, switches.has('bootstrap'));
    const code = await runInForeground(start, world.clock, context.terminal);
    world.flush();
    return code;
  },
};

async function goOnAlone(config: Config, seams: NamenodeSeams, terminal: Terminal): Promise<number> {
  try {
    const { self, lost, lastIndex } = await makeSoleMember(config, seams);
    const names = lost.map(({ name, rpc }) => `${name} (${rpc})`).join(', ');
    terminal.out(`${self.name} is the only member of its group now and holds all up to entry ${lastIndex}.\n`);
    if (names !== '') terminal.out(`No longer members: ${names}. Empty their folders before they start again.\n`);
    return 0;
  } catch (error) {
    terminal.err(`rfs namenode: ${(error as Error).message}\n`);
    return 1;
  }
}

/** `rfs journalnode`: a namenode that only votes and keeps the journal. */
export const journalnode: Command = {
  run: (args, context) => namenode.run(['--role', 'journal', ...args], context),
};

/** A namenode of a nameservice goes by `key.<nameservice>.<id>` before `key` (NameNode.initializeGenericKeys). */
function scopeOf(config: Config): ConfigSources['scope'] {
  const services = config.get(TABLE.nameservices) ?? [];
  const nameservice = config.get(TABLE.nameserviceId) ?? (services.length === 1 ? services[0] : undefined);
  if (nameservice === undefined) return undefined;
  const node = config.get(TABLE.namenodeId) ?? localNamenode(config, nameservice);
  return { nameservice, ...(node === undefined ? {} : { node }) };
}

/** The one namenode of the nameservice whose RPC address is this machine's; undefined when there are none or several. */
function localNamenode(config: Config, nameservice: string): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = new Set(['localhost', hostname(), ...addresses.map(({ address }) => address)]);
  const ids = config.suffixed(TABLE.namenodeIds, nameservice) ?? [];
  const local = ids.filter((id) => own.has(config.suffixed(TABLE.namenodeRpcAddress, nameservice, id)?.host ?? ''));
  return local.length === 1 ? local[0] : undefined;
}

/** Where home folders lie (dfs.user.home.dir.prefix). */
const HOME_PREFIX = '/user';

/** The REST door beside the RPC one, onto the same service. */
function webHdfs(config: Config, world: World, inside: NamenodeInside) {
  return namenodeWebHdfs({
    service: inside.service,
    random: world.random.fork('webhdfs'),
    logger: world.log,
    datanodes: {
      live: () =>
        inside.datanodes().map(({ uuid, hostName, ipAddr, xferPort, infoPort }) => ({
          uuid,
          hostName,
          ipAddress: ipAddr,
          transferPort: xferPort,
          infoPort,
        })),
    },
    rpcAddress: () => inside.rpcAddress,
    defaults: { replication: config.get(namenodeOptions.replication), homePrefix: HOME_PREFIX },
    staticUser: config.get(namenodeOptions.staticWebUser),
    authorize: inside.authorize,
  });
}
