/** An address without the prefix by which IPv6 sockets name IPv4 clients. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** The host of a Host header, without port and brackets; undefined when there is none. */
export function hostOf(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header);
  return match === null ? undefined : (match[1] ?? match[2]);
}

/** True for an IPv4 or IPv6 address. */
export function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');
}

export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
