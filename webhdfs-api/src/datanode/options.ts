import type { Logger } from '@rfs/base/log';
import type { DfsFiles } from '../operations/index.js';

/** Who a request comes from, and who is really asking when he acts for somebody else. */
export interface WebUser {
  readonly user: string;
  readonly realUser: string | undefined;
}

/** File systems as seen by users; a datanode serves WebHDFS as their client. */
export interface FileSystems {
  /**
   * The file system of a namenode (`host:port` or a nameservice) for a user. The caller gives it back when done; it is
   * kept for the next request.
   */
  acquire(authority: string, user: WebUser): FileSystemLease;
}

export interface FileSystemLease {
  readonly files: DfsFiles;
  /** The state of the namespace that was seen last; -1 before the first answer. */
  stateId(): number;
  /** Nothing older than this state is to be read: the client has seen it. */
  saw(stateId: number): void;
  release(): void;
}

export interface DatanodeWebOptions {
  readonly fileSystems: FileSystems;
  /** The namenode of requests that name none: `host:port` or a nameservice. */
  readonly defaultAuthority: string;
  /** Whom requests that name nobody come from (hadoop.http.staticuser.user). */
  readonly staticUser: string;
  /** dfs.webhdfs.user.provider.user.pattern; Apache's default when absent. */
  readonly userPattern?: string;
  readonly logger: Logger;
}
