import { type Config, clientOptions } from '@rfs/base/config';

/** What the client goes by; the keys and their meaning stand in the configuration table (`clientOptions`). */
export interface ClientSettings {
  readonly connectTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly pingMs: number;
  readonly silenceMs: number;
  readonly maxResponseBytes: number;
  /** Attempts to reach a lone namenode, and the pause between them. */
  readonly connectRetries: number;
  readonly connectRetryMs: number;
  readonly failoverAttempts: number;
  readonly failoverSleepBaseMs: number;
  readonly failoverSleepMaximumMs: number;

  readonly blockSizeBytes: number;
  readonly replication: number;
  readonly bytesPerChecksum: number;
  readonly writePacketBytes: number;
  readonly umask: number;
  readonly homePrefix: string;
  /** For what the server was asked about its defaults, in ms. */
  readonly serverDefaultsValidityMs: number;

  readonly useDatanodeHostname: boolean;
  readonly socketTimeoutMs: number;
  readonly maximumPacketBytes: number;

  readonly readPrefetchBytes: number;
  readonly blockAcquireFailures: number;
  readonly retryWindowBaseMs: number;
  readonly lastBlockLengthRetries: number;
  readonly lastBlockLengthRetryMs: number;
  readonly keepaliveMs: number;
  readonly socketCacheCapacity: number;

  readonly maximumPacketsInFlight: number;
  readonly blockWriteRetries: number;
  readonly locateRetries: number;
  readonly locateDelayMs: number;
  readonly locateMaximumDelayMs: number;
  readonly pipelineRecoveryRetries: number;
  readonly datanodeRestartTimeoutMs: number;
  readonly excludedNodesExpiryMs: number;
  readonly replaceDatanode: 'DEFAULT' | 'ALWAYS' | 'NEVER';
  readonly replaceDatanodeBestEffort: boolean;
  readonly replaceDatanodeMinimum: number;
}

const PREFETCHED_BLOCKS = 10;

/** The client's settings in a configuration that was loaded with `clientOptions`. */
export function clientSettings(config: Config): ClientSettings {
  const o = clientOptions;
  return {
    connectTimeoutMs: config.get(o.rpcConnectTimeoutMs),
    callTimeoutMs: config.get(o.rpcTimeoutMs) || Number.MAX_SAFE_INTEGER,
    pingMs: config.get(o.rpcPingIntervalMs),
    silenceMs: config.get(o.rpcSilenceMs),
    maxResponseBytes: config.get(o.rpcMaximumResponseBytes),
    connectRetries: config.get(o.rpcConnectRetries),
    connectRetryMs: config.get(o.rpcConnectRetryMs),
    failoverAttempts: config.get(o.failoverAttempts),
    failoverSleepBaseMs: config.get(o.failoverSleepBaseMs),
    failoverSleepMaximumMs: config.get(o.failoverSleepMaximumMs),
    blockSizeBytes: config.get(o.blockSizeBytes),
    replication: config.get(o.replication),
    bytesPerChecksum: config.get(o.bytesPerChecksum),
    writePacketBytes: config.get(o.writePacketBytes),
    umask: umaskOf(config.get(o.umask)),
    homePrefix: config.get(o.homePrefix),
    serverDefaultsValidityMs: config.get(o.serverDefaultsValidityMs),
    useDatanodeHostname: config.get(o.useDatanodeHostname),
    socketTimeoutMs: config.get(o.socketTimeoutMs),
    maximumPacketBytes: config.get(o.dataPacketMaximumBytes),
    readPrefetchBytes: config.get(o.readPrefetchBytes) ?? PREFETCHED_BLOCKS * config.get(o.blockSizeBytes),
    blockAcquireFailures: config.get(o.blockAcquireFailures),
    retryWindowBaseMs: config.get(o.retryWindowBaseMs),
    lastBlockLengthRetries: config.get(o.lastBlockLengthRetries),
    lastBlockLengthRetryMs: config.get(o.lastBlockLengthRetryMs),
    keepaliveMs: config.get(o.datanodeKeepaliveMs),
    socketCacheCapacity: config.get(o.socketCacheCapacity),
    maximumPacketsInFlight: config.get(o.maximumPacketsInFlight),
    blockWriteRetries: config.get(o.blockWriteRetries),
    locateRetries: config.get(o.locateFollowingBlockRetries),
    locateDelayMs: config.get(o.locateFollowingBlockDelayMs),
    locateMaximumDelayMs: config.get(o.locateFollowingBlockMaximumDelayMs),
    pipelineRecoveryRetries: config.get(o.pipelineRecoveryRetries),
    datanodeRestartTimeoutMs: config.get(o.datanodeRestartTimeoutMs),
    excludedNodesExpiryMs: config.get(o.excludedNodesExpiryMs),
    replaceDatanode: config.get(o.replaceDatanodeEnabled) ? config.get(o.replaceDatanodePolicy) : 'NEVER',
    replaceDatanodeBestEffort: config.get(o.replaceDatanodeBestEffort),
    replaceDatanodeMinimum: config.get(o.replaceDatanodeMinimum),
  };
}

/** The same with packets of at least `leastBytes`, and as many fewer of them in flight. */
export function withPackets(settings: ClientSettings, leastBytes: number): ClientSettings {
  const { writePacketBytes, maximumPacketsInFlight } = settings;
  if (writePacketBytes >= leastBytes) return settings;
  const fewer = Math.ceil((maximumPacketsInFlight * writePacketBytes) / leastBytes);
  return { ...settings, writePacketBytes: leastBytes, maximumPacketsInFlight: fewer };
}

/** The bits that fs.permissions.umask-mode takes away: octal, or symbolic as in `u=rwx,g=rx,o=` (UmaskParser). */
function umaskOf(text: string): number {
  if (/^\s*[0-7]{1,4}\s*$/.test(text)) return Number.parseInt(text, 8) & 0o777;
  let allowed = 0;
  for (const clause of text.split(',')) {
    const match = /^\s*([ugoa]*)([+=-])([rwx]*)\s*$/.exec(clause);
    if (match === null) return 0o022;
    const bits =
      (match[3]!.includes('r') ? 4 : 0) | (match[3]!.includes('w') ? 2 : 0) | (match[3]!.includes('x') ? 1 : 0);
    const who = match[1] === '' || match[1]!.includes('a') ? 'ugo' : match[1]!;
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (!who.includes(letter)) continue;
      if (match[2] === '=') allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else if (match[2] === '+') allowed |= bits << shift;
      else allowed &= ~(bits << shift);
    }
  }
  return 0o777 & ~allowed;
}
