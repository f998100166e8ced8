import { createServer } from 'node:net';
import type { Random } from '@rfs/base/seams';

/**
 * Below the range that Linux gives to outgoing connections (32768 and up), so that a port found free is not taken by
 * one before the daemon listens on it.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 200;

/** Finds TCP ports that nobody listens on, each given out once: by this process, and by all that look at the same time. */
export class PortFinder {
  private readonly random: Random;
  private readonly taken = new Set<number>();

  constructor(random: Random) {
    this.random = random;
  }

  /** `preferred` if it is free at `host`, else any other. */
  async find(host: string, preferred?: number): Promise<number> {
    if (preferred !== undefined && (await this.take(host, preferred))) return preferred;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const port = LOWEST + this.random.below(HIGHEST - LOWEST);
      if (await this.take(host, port)) return port;
    }
    throw new Error(`no free port between ${LOWEST} and ${HIGHEST} on ${host}`);
  }

  private async take(host: string, port: number): Promise<boolean> {
    if (this.taken.has(port) || !(await claim(host, port)) || !(await isFree(host, port))) return false;
    this.taken.add(port);
    return true;
  }
}

/**
 * False when another process that runs gave out this port: its daemon may be about to listen. A socket without a file,
 * in the same network namespace as the port and gone with this process; systems other than Linux have none.
 */
function claim(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen(`\0rfs-port-${host}:${port}`, () => resolve(true)).unref();
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
