import { FailureError } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import { CreateFlagProto, type HdfsFileStatusProto, type LocatedBlockProto } from '@rfs/protocol/messages';
import type { NamenodeCalls } from '../namenodes/index.js';
import type { LocalReplicas } from '../reading/index.js';
import type { ClientSettings } from '../settings/index.js';
import { DfsOutputStream } from '../writing/index.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { ServerDefaults } from './summaries.js';

export interface CreateFileOptions {
  /** Replaces a file that is there; refused otherwise. */
  readonly overwrite?: boolean;
  /** Makes missing parents (the default). */
  readonly createParent?: boolean;
  /** Permission bits, the umask applied already; 0666 without it by default. */
  readonly mode?: number;
  readonly replication?: number;
  readonly blockSizeBytes?: number;
  /** Datanodes may keep the file in memory at first. */
  readonly lazyPersist?: boolean;
}

/** Permissions of new files before the umask. */
const FILE_MODE = 0o666;

/** Opens files for writing and keeps their leases. */
export class Writers {
  private readonly namenodes: NamenodeCalls;
  private readonly leases: LeaseKeeper;
  private readonly settings: ClientSettings;
  private readonly clock: Clock;
  private readonly localReplicas: LocalReplicas | undefined;
  private readonly open = new Set<DfsOutputStream>();

  constructor(
    namenodes: NamenodeCalls,
    leases: LeaseKeeper,
    settings: ClientSettings,
    clock: Clock,
    localReplicas: LocalReplicas | undefined,
  ) {
    this.namenodes = namenodes;
    this.leases = leases;
    this.settings = settings;
    this.clock = clock;
    this.localReplicas = localReplicas;
  }

  async create(path: string, options: CreateFileOptions, defaults: ServerDefaults): Promise<DfsOutputStream> {
    const { settings } = this;
    const perm = options.mode ?? FILE_MODE & ~settings.umask;
    const overwrite = options.overwrite ? CreateFlagProto.OVERWRITE : 0;
    const lazy = options.lazyPersist ? CreateFlagProto.LAZY_PERSIST : 0;
    const { fs } = await this.namenodes.call('create', {
      src: path,
      masked: { perm },
      clientName: this.leases.clientName,
      createFlag: CreateFlagProto.CREATE | overwrite | lazy,
      createParent: options.createParent ?? true,
      replication: options.lazyPersist ? 1 : (options.replication ?? settings.replication),
      blockSize: options.blockSizeBytes ?? settings.blockSizeBytes,
      cryptoProtocolVersion: [],
      unmasked: { perm },
    });
    if (fs === undefined) throw new FailureError(failure('IOException', `the namenode tells nothing of ${path}`));
    return this.start(path, fs, defaults, undefined, undefined, options.lazyPersist ?? false);
  }

  async append(path: string, newBlock: boolean, defaults: ServerDefaults): Promise<DfsOutputStream> {
    const { block, stat } = await this.namenodes.call('append', {
      src: path,
      clientName: this.leases.clientName,
      flag: CreateFlagProto.APPEND | (newBlock ? CreateFlagProto.NEW_BLOCK : 0),
    });
    if (stat === undefined) throw new FailureError(failure('IOException', `the namenode tells nothing of ${path}`));
    if (newBlock) return this.start(path, stat, defaults, undefined, block, false);
    return this.start(path, stat, defaults, block, undefined, false);
  }

  abortAll(): void {
    for (const stream of [...this.open]) stream.abort();
  }

  private start(
    path: string,
    status: HdfsFileStatusProto,
    defaults: ServerDefaults,
    appendTo: LocatedBlockProto | undefined,
    previous: LocatedBlockProto | undefined,
    lazyPersist: boolean,
  ): DfsOutputStream {
    if (status.ecPolicy !== undefined) {
      throw new FailureError(
        failure('UnsupportedOperationException', `${path} is erasure coded: cannot be written yet`),
      );
    }
    if (defaults.encryptsDataTransfer) {
      throw new FailureError(failure('UnsupportedOperationException', 'encrypted data transfer is not supported'));
    }
    const stream = new DfsOutputStream({
      path,
      fileId: status.fileId ?? 0,
      clientName: this.leases.clientName,
      replication: status.block_replication ?? this.settings.replication,
      blockSizeBytes: status.blocksize ?? this.settings.blockSizeBytes,
      bytesPerChecksum: this.settings.bytesPerChecksum,
      writePacketBytes: this.settings.writePacketBytes,
      lazyPersist,
      isAppend: appendTo !== undefined,
      namenodes: this.namenodes,
      settings: this.settings,
      clock: this.clock,
      localReplicas: this.localReplicas,
      appendTo,
      previous: previous?.b,
      onDone: () => {
        this.leases.remove(stream);
        this.open.delete(stream);
      },
    });
    this.leases.add(stream);
    this.open.add(stream);
    return stream;
  }
}
