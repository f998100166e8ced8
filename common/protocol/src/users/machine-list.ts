const ANY = '*';

/** A network of IPv4 addresses: those that agree with `base` in the bits of `mask`. */
interface Network {
  readonly base: number;
  readonly mask: number;
}

/** Machines by address and network (MachineList): one asterisk alone means all of them. */
export class MachineList {
  private readonly all: boolean;
  private readonly addresses: ReadonlySet<string>;
  private readonly networks: readonly Network[];

  /** @param entries `*`, addresses and networks `a.b.c.d/bits`; other words fit no machine. */
  constructor(entries: readonly string[]) {
    this.all = entries.length === 1 && entries[0] === ANY;
    this.addresses = new Set(entries.filter((entry) => !entry.includes('/')).map(canonical));
    this.networks = entries.filter((entry) => entry.includes('/')).flatMap((entry) => parseNetwork(entry) ?? []);
  }

  /** @param address numeric, IPv4 without the prefix by which IPv6 sockets name it */
  includes(address: string): boolean {
    if (this.all || this.addresses.has(canonical(address))) return true;
    const number = parseIpv4(address);
    return number !== undefined && this.networks.some(({ base, mask }) => (number & mask) === base);
  }
}

function parseNetwork(text: string): Network | undefined {
  const [address, bits] = text.split('/') as [string, string];
  const number = parseIpv4(address);
  if (number === undefined || !/^\d+$/.test(bits) || Number(bits) > 32) return undefined;
  // Shifting by 32 shifts by nothing.
  const mask = Number(bits) === 0 ? 0 : -1 << (32 - Number(bits));
  return { base: number & mask, mask };
}

/** The 32 bits, as a signed number. */
function parseIpv4(address: string): number | undefined {
  const bytes = address.split('.').map(Number);
  const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && bytes.every((byte) => byte <= 255);
  return isAddress ? bytes.reduce((number, byte) => (number << 8) | byte, 0) : undefined;
}

/** One spelling for each IPv6 address. */
function canonical(address: string): string {
  const url = `http://[${address}]`;
  return address.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
}
