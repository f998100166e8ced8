/** What a check is to look at and to print: the parameters of `/fsck`, by the names of NamenodeFsck. */
export interface FsckOptions {
  readonly path: string;
  readonly move: boolean;
  readonly remove: boolean;
  readonly replicate: boolean;
  readonly files: boolean;
  readonly blocks: boolean;
  readonly locations: boolean;
  readonly racks: boolean;
  readonly replicaDetails: boolean;
  readonly upgradeDomains: boolean;
  readonly maintenance: boolean;
  readonly storagePolicies: boolean;
  /** What happened to each block in trouble, and what to do; ours. */
  readonly explain: boolean;
  readonly showProgress: boolean;
  readonly openFiles: boolean;
  readonly listCorrupt: boolean;
  /** The cookie of the page before; undefined for the first page. */
  readonly startAfter: string | undefined;
  /** Names of blocks to look at instead of files. */
  readonly blockIds: readonly string[] | undefined;
}

/** Reads the parameters of a request. A switch counts as set whatever its value is, as in NamenodeFsck. */
export function fsckOptions(parameters: URLSearchParams): FsckOptions {
  const has = (name: string): boolean => parameters.has(name);
  return {
    path: parameters.get('path') ?? '/',
    move: has('move'),
    remove: has('delete'),
    replicate: has('replicate'),
    files: has('files'),
    blocks: has('blocks'),
    locations: has('locations'),
    racks: has('racks'),
    replicaDetails: has('replicadetails'),
    upgradeDomains: has('upgradedomains'),
    maintenance: has('maintenance'),
    storagePolicies: has('storagepolicies'),
    explain: has('explain'),
    showProgress: has('showprogress'),
    openFiles: has('openforwrite'),
    listCorrupt: has('listcorruptfileblocks'),
    startAfter: parameters.get('startblockafter') ?? undefined,
    blockIds: parameters.get('blockId')?.trimEnd().split(' '),
  };
}
