import { type Config, datanodeOptions as options } from '@rfs/base/config';
import type { ActorTimes } from '../reports/index.js';
import type { ScanSettings } from '../scanner/index.js';
import type { TransferSettings } from '../transfer/index.js';

export function transferSettings(config: Config): TransferSettings {
  return {
    readTimeoutMs: config.get(options.socketTimeoutMs),
    writeTimeoutMs: config.get(options.socketWriteTimeoutMs),
    keepaliveMs: config.get(options.socketKeepaliveMs),
    maxConnections: config.get(options.maximumTransfers),
    maxMoves: config.get(options.concurrentMoves),
    syncOnClose: config.get(options.syncOnClose),
    pinning: config.get(options.blockPinning),
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

export function scanSettings(config: Config): ScanSettings {
  return {
    periodMs: config.get(options.scanPeriodMs),
    bytesPerSecond: config.get(options.scanBytesPerSecond),
    cursorSaveMs: config.get(options.scanCursorSaveMs),
    directoryIntervalMs: config.get(options.directoryScanIntervalMs),
  };
}

/** dfs.datanode.failed.volumes.tolerated; -1 means that one volume is enough. */
export function toleratedFailures(config: Config): number {
  const tolerated = config.get(options.failedVolumesTolerated);
  return tolerated < 0 ? config.get(options.dataDirs).length - 1 : tolerated;
}
