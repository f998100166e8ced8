import type { Random } from '@rfs/base/seams';
import type { LocatedBlocksProto } from '@rfs/protocol/messages';
import type { WebDatanode } from './options.js';

/**
 * Datanodes that a client may be sent to, without those it does not want (excludedatanodes: host or host:port). Apache's
 * namenode takes the port for that of data transfer, but a client, Hadoop's too, knows only the one it was sent to.
 */
export function candidates(live: Iterable<WebDatanode>, excluded: string | undefined): WebDatanode[] {
  const found = [...live].filter(({ infoPort }) => infoPort > 0);
  if (excluded === undefined) return found;
  const names = new Set(excluded.split(',').map((name) => name.trim()));
  return found.filter(({ hostName, ipAddress, transferPort, infoPort }) => {
    const unwanted = (host: string): boolean =>
      names.has(host) || names.has(`${host}:${transferPort}`) || names.has(`${host}:${infoPort}`);
    return !unwanted(hostName) && !unwanted(ipAddress);
  });
}

/**
 * One on the client's own host, whatever it holds: Hadoop's client keeps the datanode of the first redirect for the
 * whole file and seeks there, and that datanode serves other blocks from their nearest replica.
 */
export function onHost(nodes: readonly WebDatanode[], address: string, random: Random): WebDatanode | undefined {
  return anyOf(
    nodes.filter(({ ipAddress, hostName }) => ipAddress === address || hostName === address),
    random,
  );
}

/** The nearest that has the block; the namenode gives the locations in that order. */
export function holderOf(
  nodes: readonly WebDatanode[],
  blocks: LocatedBlocksProto | undefined,
): WebDatanode | undefined {
  for (const { id } of blocks?.blocks[0]?.locs ?? []) {
    const node = nodes.find(({ uuid }) => uuid === id.datanodeUuid);
    if (node !== undefined) return node;
  }
  return undefined;
}

export function anyOf(nodes: readonly WebDatanode[], random: Random): WebDatanode | undefined {
  return nodes.length < 2 ? nodes[0] : nodes[random.below(nodes.length)];
}
