import { lookup, lookupService } from 'node:dns/promises';

/** The name of a numeric address; the address itself when nobody knows one, as Java's getHostName says. */
export async function hostNameOf(address: string): Promise<string> {
  try {
    return (await lookupService(address, 0)).hostname;
  } catch {
    return address;
  }
}

/** The numeric address of a name; undefined when nobody knows one. */
export async function addressOf(host: string): Promise<string | undefined> {
  try {
    return (await lookup(host)).address;
  } catch {
    return undefined;
  }
}
