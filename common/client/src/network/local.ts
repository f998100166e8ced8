import { hostname, networkInterfaces } from 'node:os';

let known: ReadonlySet<string> | undefined;

/** Addresses and names of this machine; they are looked up once. */
function here(): ReadonlySet<string> {
  if (known === undefined) {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    known = new Set([...addresses, hostname()]);
  }
  return known;
}

/** True for a host by whose address or name this machine goes. Loopback addresses besides 127.0.0.1 count as others. */
export function isThisHost(address: string): boolean {
  return here().has(address);
}
