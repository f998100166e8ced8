import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import { failure } from '@rfs/protocol/exceptions';
import { type HostProperties, parseCombinedHosts } from './combined-hosts.js';
import { type HostLists, HostSet, HostTable, NO_HOSTS, parseHost, parseHosts } from './hosts.js';

/** Where the lists of hosts are; the fields are the settings of the same names. */
export interface HostFilesOptions {
  /** dfs.hosts */
  readonly included: string | undefined;
  /** dfs.hosts.exclude */
  readonly excluded: string | undefined;
  /** `included` is the one list, in JSON (CombinedHostFileManager). */
  readonly combined: boolean;
  readonly logger: Logger;
}

/**
 * Reads the operator's lists of hosts (HostFileManager, CombinedHostFileManager). A file that cannot be read is a
 * Failure; names that cannot be resolved are logged and left out.
 */
export async function readHostFiles(options: HostFilesOptions): Promise<HostLists | Failure> {
  const { logger } = options;
  if (options.combined) {
    return options.included === undefined ? NO_HOSTS : readCombined(options.included, logger);
  }
  const included = await readHosts(options.included, logger);
  if (isFailure(included)) return included;
  const excluded = await readHosts(options.excluded, logger);
  return isFailure(excluded) ? excluded : { ...NO_HOSTS, included, excluded };
}

/** Unless a host is named that is to serve, everyone is included (CombinedHostFileManager.HostProperties). */
async function readCombined(path: string, logger: Logger): Promise<HostLists | Failure> {
  const text = await readText(path, logger);
  if (isFailure(text)) return text;
  const hosts = parseCombinedHosts(text);
  if (isFailure(hosts)) {
    logger.warn('a list of hosts cannot be used', { path, why: hosts.message });
    return failure('IOException', `The list of hosts ${path} cannot be used: ${hosts.message}`);
  }
  const found = await Promise.all(
    hosts.map(async (host) => ({ ...host, entry: await resolve(host.hostName, host.port, path, logger) })),
  );
  const named = found.filter((host): host is HostProperties & { entry: string } => host.entry !== undefined);
  const inState = (state: HostProperties['adminState']) => named.filter(({ adminState }) => adminState === state);
  return {
    included: new HostSet(inState('NORMAL').length === 0 ? [] : named.map(({ entry }) => entry)),
    excluded: new HostSet(inState('DECOMMISSIONED').map(({ entry }) => entry)),
    maintenance: new HostTable(inState('IN_MAINTENANCE').map(({ entry, untilMs }) => [entry, untilMs])),
  };
}

async function readHosts(path: string | undefined, logger: Logger): Promise<HostSet | Failure> {
  if (path === undefined) return new HostSet([]);
  const text = await readText(path, logger);
  if (isFailure(text)) return text;
  const entries = await Promise.all(
    parseHosts(text).map((word) => {
      const entry = parseHost(word);
      if (entry !== undefined) return resolve(entry.host, entry.port, path, logger);
      logger.warn('a word of a list is neither host nor host:port', { path, word });
      return undefined;
    }),
  );
  return new HostSet(entries.filter((entry) => entry !== undefined));
}

async function readText(path: string, logger: Logger): Promise<string | Failure> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    logger.warn('a list of hosts cannot be read', { path, error });
    return failure('IOException', `The list of hosts ${path} cannot be read`);
  }
}

/** "ip" or "ip:port" of a host. */
async function resolve(
  host: string,
  port: number | undefined,
  path: string,
  logger: Logger,
): Promise<string | undefined> {
  try {
    const { address } = await lookup(host, { order: 'ipv4first' });
    return port === undefined ? address : `${address}:${port}`;
  } catch (error) {
    logger.warn('a host of a list is passed over', { path, word: host, error });
    return undefined;
  }
}
