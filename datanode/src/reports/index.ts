export { ActiveChoice } from './active-choice.js';
export { Commands } from './commands.js';
export { Deletions } from './deletions.js';
export { stateToProto, VolumeReport } from './full-report.js';
export type { DatanodeLoad, LostFolder } from './heartbeat.js';
export { type DatanodeAddress, SOFTWARE_VERSION } from './identity.js';
export { IncrementalReports, incrementalProto, type ReportedVolume } from './incremental.js';
export { type ActorTimes, NamenodeActor } from './namenode-actor.js';
export { PoolService } from './pool-service.js';
