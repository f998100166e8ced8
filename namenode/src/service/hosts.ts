/** Hosts of one file, as addresses: with a port it is one datanode, without all that run there (HostSet). */
export class HostSet {
  private readonly entries: ReadonlySet<string>;

  /** @param entries "ip" or "ip:port" */
  constructor(entries: Iterable<string>) {
    this.entries = new Set(entries);
  }

  get empty(): boolean {
    return this.entries.size === 0;
  }

  has(ip: string, xferPort: number): boolean {
    return this.entries.has(ip) || this.entries.has(`${ip}:${xferPort}`);
  }
}

/** What is said of hosts, by address, or by address and port for one datanode of several on a host. */
export class HostTable<T> {
  private readonly entries: ReadonlyMap<string, T>;

  /** @param entries by "ip" or "ip:port" */
  constructor(entries: Iterable<readonly [string, T]>) {
    this.entries = new Map(entries);
  }

  get(ip: string, xferPort: number): T | undefined {
    return this.entries.get(`${ip}:${xferPort}`) ?? this.entries.get(ip);
  }
}

/** The operator's lists of hosts. */
export interface HostLists {
  /** Empty: all are. */
  readonly included: HostSet;
  readonly excluded: HostSet;
  /** When the maintenance of a host is over, in ms since 1970; infinity when it is not said. */
  readonly maintenance: HostTable<number>;
}

export const NO_HOSTS: HostLists = {
  included: new HostSet([]),
  excluded: new HostSet([]),
  maintenance: new HostTable<number>([]),
};

/** A host's name or address, and the datanode's port if one is named. */
export interface HostEntry {
  readonly host: string;
  readonly port: number | undefined;
}

/** The words of a hosts file; the rest of a line after a # is passed over (HostsFileReader). */
export function parseHosts(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(/\s+/).filter((word) => word !== '');
    const comment = words.findIndex((word) => word.startsWith('#'));
    return comment < 0 ? words : words.slice(0, comment);
  });
}

/** Undefined for what is neither host nor host:port. An IPv6 address with a port stands in brackets. */
export function parseHost(word: string): HostEntry | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(word);
  const host = found?.[1] ?? found?.[2];
  if (host !== undefined) return { host, port: found?.[3] === undefined ? undefined : Number(found[3]) };
  return /^[0-9a-fA-F:.]+$/.test(word) ? { host: word, port: undefined } : undefined;
}
