import type { MethodSet, Protocol } from '@rfs/protocol/rpc';
import { LoadConnection, type ReplyCheck } from './connection.js';
import type { Call } from './encode.js';

/** Calls to make, and how each reply is judged. */
export interface Work {
  readonly count: number;
  readonly make: (index: number) => Call;
  readonly check: ReplyCheck;
}

/** What came of a run. */
export interface Measure {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Several connections that share the calls of a run among them. */
export class Load {
  private readonly connections: readonly LoadConnection[];
  private readonly clients: number;

  private constructor(connections: readonly LoadConnection[], clients: number) {
    this.connections = connections;
    this.clients = clients;
  }

  /** `clients` of each connection have one call each in flight. */
  static async open(
    address: string,
    protocol: Protocol<MethodSet>,
    options: { readonly connections: number; readonly clients: number; readonly user: string },
  ): Promise<Load> {
    const opening = Array.from({ length: options.connections }, () =>
      LoadConnection.open(address, protocol, options.user),
    );
    return new Load(await Promise.all(opening), options.clients);
  }

  /** Encodes everything, then sends it and takes the time from the first byte to the last reply. */
  async run({ count, make, check }: Work): Promise<Measure> {
    const lanes = this.connections.length;
    const prepared = this.connections.map((connection, lane) => {
      const own = Math.floor((count - lane + lanes - 1) / lanes);
      return {
        connection,
        lane,
        calls: connection.encode(own, (index) => make(index * lanes + lane)),
        latenciesMs: new Float64Array(own),
      };
    });
    const startMs = performance.now();
    await Promise.all(
      prepared.map(({ connection, lane, calls, latenciesMs }) =>
        connection.send(
          calls,
          this.clients,
          (reader, end, index) => check(reader, end, index * lanes + lane),
          latenciesMs,
        ),
      ),
    );
    const tookMs = performance.now() - startMs;
    return summarize(
      prepared.map(({ latenciesMs }) => latenciesMs),
      tookMs,
    );
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }
}

/** Quantiles of latencies in several parts. */
export function summarize(parts: readonly Float64Array[], tookMs: number): Measure {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  const quantile = (share: number): number => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? 0;
  return {
    count: all.length,
    perSecond: all.length / (tookMs / 1000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: quantile(1),
  };
}
