import type { Logger } from '@rfs/base/log';
import type { Random } from '@rfs/base/seams';
import type { ClientService } from '@rfs/protocol/service';
import type { Authorize } from '@rfs/protocol/users';
import type { DoorDefaults } from '../operations/index.js';

/** A datanode that clients may be sent to: alive and in service. */
export interface WebDatanode {
  readonly uuid: string;
  /** As it calls itself (dfs.datanode.hostname). */
  readonly hostName: string;
  readonly ipAddress: string;
  readonly transferPort: number;
  /** Its HTTP port; 0 when it has none. */
  readonly infoPort: number;
}

/** Which datanodes there are, as the namenode's block manager knows. */
export interface DatanodeDirectory {
  /** Those that are alive and in service, in any order. Called once for each redirect. */
  live(): Iterable<WebDatanode>;
}

/**
 * How a redirect names a datanode:
 * - `reachable`: by the host the client came by when the datanode is on this one, by its address when the client used
 *   an address, else by its name;
 * - `hostname`: always by its name, as Apache does;
 * - `address`: always by its address.
 */
export type RedirectBy = 'reachable' | 'hostname' | 'address';

export interface NamenodeWebOptions {
  readonly service: ClientService;
  readonly datanodes: DatanodeDirectory;
  /** What datanodes are told as namenoderpcaddress: host:port of this namenode, from which theirs find the others. */
  readonly rpcAddress: () => string;
  readonly random: Random;
  readonly logger: Logger;
  readonly defaults: DoorDefaults;
  /** Whom requests that name nobody come from (hadoop.http.staticuser.user). */
  readonly staticUser: string;
  /** dfs.webhdfs.user.provider.user.pattern; Apache's default when absent. */
  readonly userPattern?: string;
  /** Refuses `realUser`, at `address`, to act for `user` (hadoop.proxyuser.*). Without it nobody may. */
  readonly authorize?: Authorize;
  /** Addresses of HTTP proxies whose X-Forwarded-For is believed (hadoop.proxyservers). */
  readonly proxyServers?: ReadonlySet<string>;
  readonly redirectBy?: RedirectBy;
}
