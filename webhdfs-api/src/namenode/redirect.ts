import type { IncomingMessage } from 'node:http';
import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { LocatedBlocksProto } from '@rfs/protocol/messages';
import {
  encodePath,
  hostAndPort,
  hostOf,
  isAddress,
  isLoopback,
  isValidName,
  PREFIX,
  plainAddress,
  type Query,
} from '../http/index.js';
import type { DataOperation, Question } from '../operations/index.js';
import { parameters } from '../parameters/index.js';
import type { Caller } from './caller.js';
import { anyOf, candidates, holderOf, onHost } from './nearest.js';
import type { NamenodeWebOptions, WebDatanode } from './options.js';

/** Where a request for data is sent: NamenodeWebHdfsMethods.redirectURI, with the client's own host first. */
export async function redirect(
  operation: DataOperation,
  question: Question,
  caller: Caller,
  request: IncomingMessage,
  options: NamenodeWebOptions,
): Promise<string | Failure> {
  const { path, query } = question;
  if (!isValidName(path)) return failure('InvalidPathException', `Invalid path name ${path}`);
  const blocks = operation.nearness === 'anywhere' ? undefined : await blocksFor(operation, question);
  if (isFailure(blocks)) return blocks;
  const excluded = query.get(parameters.excludeDatanodes);
  const nodes = candidates(options.datanodes.live(), excluded);
  const local = onHost(nodes, caller.address, options.random);
  const node = local ?? holderOf(nodes, blocks) ?? anyOf(nodes, options.random);
  if (node === undefined) {
    const text = `Failed to find datanode, suggest to check cluster health. excludeDatanodes=${excluded ?? 'null'}`;
    return failure('IOException', text);
  }
  const host = hostFor(node, request, caller, options);
  const parts = [`op=${operation.name}`, ...whoAsks(query), `namenoderpcaddress=${options.rpcAddress()}`];
  parts.push(...carriedOn(operation, query), `stateid=${Math.max(options.service.stateId, caller.seenStateId)}`);
  return `http://${hostAndPort(host, node.infoPort)}${PREFIX}${encodePath(path)}?${parts.join('&')}`;
}

/** The blocks by which a datanode is chosen. Asking for them shows as well whether the user may read the file. */
async function blocksFor(
  operation: DataOperation,
  question: Question,
): Promise<LocatedBlocksProto | undefined | Failure> {
  const { path, query, ask } = question;
  const found = await ask('getFileInfo', { src: path });
  if (isFailure(found)) return found;
  if (found.fs === undefined) return failure('FileNotFoundException', `File ${path} not found.`);
  const { length } = found.fs;
  const isRead = operation.nearness === 'first block';
  const given = query.get(parameters.offset);
  if (length === 0) return undefined;
  if (isRead && given >= length) {
    const text = `Offset=${given} out of the range [0, ${length}); ${operation.name}, path=${path}`;
    return failure('IOException', text);
  }
  const located = await ask('getBlockLocations', { src: path, offset: isRead ? given : length - 1, length: 1 });
  return isFailure(located) ? located : located.locations;
}

/** The host by which this client can reach the datanode. */
function hostFor(
  { ipAddress, hostName }: WebDatanode,
  request: IncomingMessage,
  caller: Caller,
  { redirectBy = 'reachable' }: NamenodeWebOptions,
): string {
  if (redirectBy === 'hostname') return hostName;
  if (redirectBy === 'address') return ipAddress;
  const cameBy = hostOf(request.headers.host);
  // One machine: each loopback address is a host of its own, and all can be reached.
  if (isLoopback(ipAddress) && isLoopback(caller.address)) return ipAddress;
  const isHere = isLoopback(ipAddress) || ipAddress === plainAddress(request.socket.localAddress);
  if (isHere && cameBy !== undefined) return cameBy;
  return cameBy !== undefined && isAddress(cameBy) ? ipAddress : hostName;
}

function whoAsks(query: Query): string[] {
  const named = [parameters.doAs, parameters.user] as const;
  return named.flatMap((parameter) => {
    const value = query.get(parameter);
    return value === undefined ? [] : [`${parameter.name}=${encodeURIComponent(value)}`];
  });
}

function carriedOn({ carried, alwaysCarried }: DataOperation, query: Query): string[] {
  return carried.flatMap((parameter) => {
    if (!query.has(parameter) && !alwaysCarried.includes(parameter)) return [];
    return [`${parameter.name}=${encodeURIComponent(parameter.print(query.get(parameter)))}`];
  });
}
