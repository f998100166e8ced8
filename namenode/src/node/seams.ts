import type { Config } from '@rfs/base/config';
import type { Logger } from '@rfs/base/log';
import type { Clock, Disk, Random } from '@rfs/base/seams';
import type { ClientService } from '@rfs/protocol/service';
import type { Authorize } from '@rfs/protocol/users';
import type { DatanodeRegistration } from '../blocks/index.js';
import type { HttpPlugin } from '../fronts/index.js';
import type { NextTurn } from '../replication/index.js';
import type { RescueFileSystem } from '../service/index.js';

/** The world, as the composition root gives it. */
export interface NamenodeSeams {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Logger;
  readonly nextTurn: NextTurn;
  /** The user that runs this process: superuser and owner of the root. */
  readonly user: string;
  /** The configuration as its sources are now, for what can be refreshed. Throws ConfigError for a bad one. */
  readonly reread: () => Config;
  /** The node cannot go on; the process is to end. */
  readonly fatal: (error: Error) => void;
  /** A client of this filesystem, as a user; without one as the namenode itself. `rpcAddress` is host:port of its own door. */
  readonly fileSystem: (rpcAddress: string, user?: string) => RescueFileSystem;
  /** Further doors on the HTTP port, such as WebHDFS, given what they open onto. */
  readonly httpDoors?: (inside: NamenodeInside) => readonly HttpPlugin[];
}

/** What a door beside the node's own may use. */
export interface NamenodeInside {
  readonly service: ClientService;
  /** Datanodes that clients may be sent to, as they registered. */
  readonly datanodes: () => DatanodeRegistration[];
  /** Who may act for whom, the same at every door. */
  readonly authorize: Authorize;
  /** host:port of the RPC door, as others reach it. */
  readonly rpcAddress: string;
}
