import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DatanodeIDProto } from '@rfs/protocol/messages';
import type { NodeWords } from './words.js';

/** Datanodes that somebody named, by `host` or `host:port`. */
export type NodeSet = ReadonlySet<string>;

/** Reads what was named; undefined when nothing was. Throws FailureError for a file that cannot be read. */
export async function namedNodes(words: NodeWords | undefined, folder: string): Promise<NodeSet | undefined> {
  if (words === undefined) return undefined;
  if ('hosts' in words) return new Set(words.hosts);
  try {
    return new Set(hostsIn(await readFile(resolve(folder, words.file), 'utf8')));
  } catch (error) {
    const text = `Failed to read node list from file: ${words.file}: ${(error as Error).message}`;
    throw new FailureError(failure('IllegalArgumentException', text));
  }
}

/** Whether a datanode is meant, by address or name, with its port or without (Dispatcher.Util.isIn). */
export function isNamed(nodes: NodeSet, { ipAddr, hostName, xferPort }: DatanodeIDProto): boolean {
  return [ipAddr, hostName].some((host) => nodes.has(host) || nodes.has(`${host}:${xferPort}`));
}

/** Words of a hosts file; `#` begins a comment (HostsFileReader). */
function hostsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => line.replace(/#.*$/, '').split(/\s+/).filter(Boolean));
}
