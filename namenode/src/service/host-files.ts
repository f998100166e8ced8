import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import { failure } from '@rfs/protocol/exceptions';
import { HostSet, parseHost, parseHosts } from './hosts.js';

/** Where the lists of hosts are; the fields are the settings of the same names. */
export interface HostFilesOptions {
  /** dfs.hosts */
  readonly included: string | undefined;
  /** dfs.hosts.exclude */
  readonly excluded: string | undefined;
  readonly logger: Logger;
}

export interface HostLists {
  readonly included: HostSet;
  readonly excluded: HostSet;
}

/**
 * Reads the operator's lists of hosts (HostFileManager). A file that cannot be read is a Failure; names that cannot be
 * resolved are logged and left out.
 */
export async function readHostFiles(options: HostFilesOptions): Promise<HostLists | Failure> {
  const included = await readHosts(options.included, options.logger);
  if (isFailure(included)) return included;
  const excluded = await readHosts(options.excluded, options.logger);
  return isFailure(excluded) ? excluded : { included, excluded };
}

async function readHosts(path: string | undefined, logger: Logger): Promise<HostSet | Failure> {
  if (path === undefined) return new HostSet([]);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    logger.warn('a list of hosts cannot be read', { path, error });
    return failure('IOException', `The list of hosts ${path} cannot be read`);
  }
  const entries = await Promise.all(parseHosts(text).map((word) => resolve(word, path, logger)));
  return new HostSet(entries.filter((entry) => entry !== undefined));
}

/** "ip" or "ip:port" of a word. */
async function resolve(word: string, path: string, logger: Logger): Promise<string | undefined> {
  const entry = parseHost(word);
  try {
    if (entry === undefined) throw new Error('neither host nor host:port');
    const { address } = await lookup(entry.host, { order: 'ipv4first' });
    return entry.port === undefined ? address : `${address}:${entry.port}`;
  } catch (error) {
    logger.warn('a host of a list is passed over', { path, word, error });
    return undefined;
  }
}
