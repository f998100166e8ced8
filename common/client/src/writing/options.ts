import type { Clock } from '@rfs/base/seams';
import type { NamenodeCalls } from '../namenodes/index.js';
import type { LocalReplicas } from '../reading/index.js';
import type { ClientSettings } from '../settings/index.js';

/** What a file being written is to the namenode, and how its blocks go to datanodes. */
export interface StreamerOptions {
  readonly path: string;
  readonly fileId: number;
  readonly clientName: string;
  readonly replication: number;
  readonly blockSizeBytes: number;
  readonly bytesPerChecksum: number;
  readonly lazyPersist: boolean;
  readonly isAppend: boolean;
  readonly namenodes: NamenodeCalls;
  readonly settings: ClientSettings;
  readonly clock: Clock;
  /** This process's own data port, when it has one. */
  readonly localReplicas: LocalReplicas | undefined;
}
