import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Address, type Config, datanodeOptions as options } from '@rfs/base/config';
import { namenodesOf } from '@rfs/client/namenodes';
import type { ActorTimes } from '../reports/index.js';
import type { TransferSettings } from '../transfer/index.js';

export function transferSettings(config: Config): TransferSettings {
  return {
    readTimeoutMs: config.get(options.socketTimeoutMs),
    writeTimeoutMs: config.get(options.socketWriteTimeoutMs),
    keepaliveMs: config.get(options.socketKeepaliveMs),
    maxConnections: config.get(options.maximumTransfers),
    maxMoves: config.get(options.concurrentMoves),
    syncOnClose: config.get(options.syncOnClose),
    useHostname: config.get(options.useHostname),
  };
}

export function actorTimes(config: Config): ActorTimes {
  return {
    heartbeatMs: config.get(options.heartbeatIntervalMs),
    fullReportMs: config.get(options.fullReportIntervalMs),
    fullReportDelayMs: config.get(options.fullReportDelayMs),
    incrementalMs: config.get(options.incrementalReportIntervalMs),
    splitThreshold: config.get(options.reportSplitThreshold),
  };
}

/**
 * The namenodes to report to: all those of the nameservice (dfs.nameservice.id, the only one of dfs.nameservices, or
 * that of fs.defaultFS), else the one of dfs.namenode.rpc-address or fs.defaultFS.
 */
export function namenodesToServe(config: Config): readonly Address[] {
  const nameservices = config.get(options.nameservices) ?? [];
  const authority = /^hdfs:\/\/([^/]+)/.exec(config.get(options.defaultFs))?.[1];
  const chosen = config.get(options.nameserviceId) ?? (nameservices.length === 1 ? nameservices[0] : undefined);
  if (chosen !== undefined) return namenodesOf(chosen, config);
  const address = config.get(options.namenodeRpcAddress);
  if (address !== undefined) return [address];
  if (authority !== undefined) return namenodesOf(authority, config);
  throw new Error(`no namenode is configured: ${options.namenodeRpcAddress.key} or ${options.defaultFs.key} names one`);
}

/** How others reach this datanode. */
export interface HostRules {
  /** The name it registers under. */
  readonly hostName: string;
  /**
   * The address it registers under. Namenodes put the address that they see in its place, so a datanode that listens on
   * one address only also speaks to them from that one.
   */
  readonly ipAddress: string;
  readonly bindAddress: string | undefined;
}

export function hostRules(config: Config): HostRules {
  const { host } = config.get(options.dataAddress);
  const specific = isIP(host) !== 0 && host !== '0.0.0.0' && host !== '::';
  return {
    hostName: config.get(options.hostname) ?? hostname(),
    ipAddress: isIP(host) === 0 ? '0.0.0.0' : host,
    bindAddress: specific ? host : undefined,
  };
}

/** dfs.datanode.failed.volumes.tolerated; -1 means that one volume is enough. */
export function toleratedFailures(config: Config): number {
  const tolerated = config.get(options.failedVolumesTolerated);
  return tolerated < 0 ? config.get(options.dataDirs).length - 1 : tolerated;
}
