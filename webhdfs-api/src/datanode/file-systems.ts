import type { Config } from '@rfs/base/config';
import type { Clock, Random, Timer } from '@rfs/base/seams';
import { DfsClient, type LocalReplicas } from '@rfs/client/dfs';
import { namenodesFrom } from '@rfs/client/namenodes';
import { PIECE_BYTES } from '../http/index.js';
import type { FileSystemLease, FileSystems, WebUser } from './options.js';
import { UserFiles } from './user-files.js';

export interface ClientPoolOptions {
  /** Loaded with `clientOptions`. */
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** Replicas that this process holds, read without a connection. */
  readonly localReplicas?: LocalReplicas;
  /** The address to call a namenode's host from: files are written to the datanode that calls from there. */
  readonly callFrom?: (host: string) => string | undefined;
  /** How long a client that nobody uses keeps its connections. */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

interface Entry {
  readonly files: UserFiles;
  users: number;
  idle: Timer | undefined;
}

/** One DFS client for each namenode and user, so that requests share connections and leases; idle ones are closed. */
export class ClientPool implements FileSystems {
  private readonly options: ClientPoolOptions;
  private readonly entries = new Map<string, Entry>();
  private opened = 0;

  constructor(options: ClientPoolOptions) {
    this.options = options;
  }

  acquire(authority: string, user: WebUser): FileSystemLease {
    const key = [authority, user.user, user.realUser ?? ''].join('\n');
    const entry = this.entries.get(key) ?? this.open(key, authority, user);
    entry.users++;
    entry.idle?.cancel();
    entry.idle = undefined;
    let held = true;
    return {
      files: entry.files,
      stateId: () => entry.files.client.stateId,
      saw: (stateId) => entry.files.client.saw(stateId),
      release: () => {
        if (!held) return;
        held = false;
        this.release(key, entry);
      },
    };
  }

  /** Closes all clients; files being written are given up. */
  close(): void {
    for (const { files, idle } of this.entries.values()) {
      idle?.cancel();
      files.client.close();
    }
    this.entries.clear();
  }

  private open(key: string, authority: string, user: WebUser): Entry {
    const { config, clock, random, localReplicas, callFrom } = this.options;
    // A client id that was used before would be answered from the namenode's retry cache, so no stream is drawn twice.
    const own = random.fork(`client ${this.opened++}`);
    const namenodes = namenodesFrom(authority, config);
    const client = new DfsClient({
      authority,
      namenodes,
      config,
      ...user,
      clock,
      random: own,
      localReplicas,
      callFrom,
      // A quarter of the packets of Hadoop's usual size, of their writes and their answers.
      leastPacketBytes: PIECE_BYTES,
    });
    const entry: Entry = { files: new UserFiles(client, clock), users: 0, idle: undefined };
    this.entries.set(key, entry);
    return entry;
  }

  private release(key: string, entry: Entry): void {
    entry.users--;
    if (entry.users > 0 || this.entries.get(key) !== entry) return;
    entry.idle = this.options.clock.setTimer(this.options.idleMs ?? IDLE_MS, () => {
      this.entries.delete(key);
      entry.files.client.close();
    });
  }
}
