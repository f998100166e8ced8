/** What takes the racks of hosts by name or address (blocks' Topology). */
export interface RackTable {
  setTable(table: ReadonlyMap<string, string>): void;
}

/** Asks for the racks of some addresses; undefined when there is no answer now. */
export type RackQuestion = (addresses: readonly string[], done: (racks: readonly string[] | undefined) => void) => void;

/** Hosts that a script was asked about; beyond it they are forgotten and asked about again. */
const MAX_KNOWN = 100_000;

/**
 * Racks of hosts, known before anybody places or sorts by them. Either they all stand in a table, or each address is
 * asked about once (CachedDNSToSwitchMapping), several in one question when they come together; a host without an
 * answer is in the default rack and is asked about again when it comes back.
 */
export class Racks {
  private readonly target: RackTable;
  private readonly question: RackQuestion | undefined;
  private readonly maxAddresses: number;
  private known = new Map<string, string>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private asking = false;

  /** @param maxAddresses of one question (net.topology.script.number.args) */
  constructor(target: RackTable, question?: RackQuestion, maxAddresses = 100) {
    this.target = target;
    this.question = question;
    this.maxAddresses = maxAddresses;
    target.setTable(this.known);
  }

  /** Replaces everything that is known; with a question, an empty table means asking about every host again. */
  replace(table: ReadonlyMap<string, string>): void {
    this.known = new Map(table);
    this.target.setTable(this.known);
  }

  /** Calls `done` once the target can tell the rack of a host: at once when it can, as it can for most. */
  resolve(address: string, done: () => void): void {
    if (this.question === undefined || this.known.has(address)) {
      done();
      return;
    }
    const others = this.waiting.get(address);
    if (others !== undefined) {
      others.push(done);
      return;
    }
    this.waiting.set(address, [done]);
    if (!this.asking) this.ask(this.question);
  }

  private ask(question: RackQuestion): void {
    const addresses: string[] = [];
    for (const address of this.waiting.keys()) {
      addresses.push(address);
      if (addresses.length === this.maxAddresses) break;
    }
    this.asking = addresses.length > 0;
    if (!this.asking) return;
    const { known } = this;
    question(addresses, (racks) => {
      // An answer from before a replacement may be outdated: the same is asked again.
      if (known === this.known) this.answered(addresses, racks);
      this.ask(question);
    });
  }

  private answered(addresses: readonly string[], racks: readonly string[] | undefined): void {
    if (this.known.size + addresses.length > MAX_KNOWN) this.known.clear();
    for (const [i, address] of addresses.entries()) {
      const rack = racks?.[i];
      if (rack !== undefined) this.known.set(address, rack);
      const callers = this.waiting.get(address) ?? [];
      this.waiting.delete(address);
      for (const caller of callers) caller();
    }
  }
}
