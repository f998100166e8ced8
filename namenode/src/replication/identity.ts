import type { Clock, Random } from '@rfs/base/seams';

/** Who a cluster is; the first entry of its log, the same on every node for ever. */
export interface ClusterIdentity {
  /** "CID-" and a random UUID (NNStorage.newClusterID). */
  readonly clusterId: string;
  /** 31 random bits, not 0 (NNStorage.newNamespaceID). */
  readonly namespaceId: number;
  /** "BP-", 31 random bits, the address of the maker and the time in ms (NNStorage.newBlockPoolID). */
  readonly blockPoolId: string;
  readonly creationTimeMs: number;
}

const THIRTY_ONE_BITS = 0x7fffffff;

/** A new identity, made by the namenode at `address` (IP in text). */
export function makeIdentity(clock: Clock, random: Random, address: string): ClusterIdentity {
  const creationTimeMs = clock.nowMs();
  return {
    clusterId: `CID-${uuid(random)}`,
    namespaceId: 1 + random.below(THIRTY_ONE_BITS - 1),
    blockPoolId: `BP-${random.below(THIRTY_ONE_BITS)}-${address}-${creationTimeMs}`,
    creationTimeMs,
  };
}

/** A random UUID (RFC 9562, version 4). */
function uuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
