import type { BlockManagerConfig } from './config.js';

type Phase = 'WAITING' | 'EXTENSION' | 'OFF';

/** What the startup safe mode looks at. */
export interface SafeModeFacts {
  readonly safeBlocks: number;
  readonly completeBlocks: number;
  readonly liveDatanodes: number;
}

const LEAVE_HINT = 'Use "hdfs dfsadmin -safemode leave" to turn safe mode off.';

/**
 * The startup safe mode, left when enough complete blocks have their minimum of replicas and enough datanodes live
 * (BlockManagerSafeMode), and the manual one, which the log switches.
 */
export class SafeMode {
  private readonly config: BlockManagerConfig;
  private phase: Phase = 'WAITING';
  private reachedMs = 0;
  private manual = false;

  constructor(config: BlockManagerConfig) {
    this.config = config;
  }

  /** Either kind. */
  get on(): boolean {
    return this.manual || this.phase !== 'OFF';
  }

  get startup(): boolean {
    return this.phase !== 'OFF';
  }

  get manuallyOn(): boolean {
    return this.manual;
  }

  /** setSafeMode ENTER or LEAVE was applied; leaving by hand ends the startup safe mode too. */
  setManual(on: boolean): void {
    this.manual = on;
    if (!on) this.phase = 'OFF';
  }

  /** What the log says of the manual safe mode, also while it is replayed: the startup safe mode goes on by itself. */
  follow(on: boolean): void {
    this.manual = on;
  }

  /** As after a start: the reports so far were about another state. */
  again(): void {
    this.phase = 'WAITING';
  }

  /** Looks at the thresholds; true when the startup safe mode ended by this call. */
  check(facts: SafeModeFacts, nowMs: number): boolean {
    if (this.phase === 'OFF') return false;
    const met = this.met(facts);
    if (this.phase === 'WAITING' && met) {
      this.phase = facts.completeBlocks > 0 && this.config.safeModeExtensionMs > 0 ? 'EXTENSION' : 'OFF';
      this.reachedMs = nowMs;
    } else if (this.phase === 'EXTENSION' && met && nowMs - this.reachedMs >= this.config.safeModeExtensionMs) {
      this.phase = 'OFF';
    }
    return (this.phase as Phase) === 'OFF';
  }

  /** HDFS's text for people (FSNamesystem.getSafeModeTip). */
  tip(facts: SafeModeFacts, nowMs: number): string {
    if (this.manual) return `It was turned on manually. ${LEAVE_HINT}`;
    const threshold = this.config.safeModeThreshold.toFixed(4);
    const needed = this.neededBlocks(facts);
    const enough = facts.safeBlocks >= needed;
    const blocks = enough
      ? `The reported blocks ${facts.safeBlocks} has reached the threshold ${threshold} of total blocks ${facts.completeBlocks}. `
      : `The reported blocks ${facts.safeBlocks} needs additional ${needed - facts.safeBlocks} blocks to reach the threshold ${threshold} of total blocks ${facts.completeBlocks}.\n`;
    return blocks + this.datanodesTip(facts, enough) + this.endTip(facts, nowMs);
  }

  private datanodesTip(facts: SafeModeFacts, enoughBlocks: boolean): string {
    const wanted = this.config.safeModeMinDatanodes;
    const live = facts.liveDatanodes;
    if (wanted <= 0) return 'The minimum number of live datanodes is not required. ';
    if (!enoughBlocks) {
      return "The number of live datanodes is not calculated since reported blocks hasn't reached the threshold. ";
    }
    return live < wanted
      ? `The number of live datanodes ${live} needs an additional ${wanted - live} live datanodes to reach the minimum number ${wanted}.\n`
      : `The number of live datanodes ${live} has reached the minimum number ${wanted}. `;
  }

  private endTip(facts: SafeModeFacts, nowMs: number): string {
    const off = 'Safe mode will be turned off automatically ';
    switch (this.phase) {
      case 'WAITING':
        return `${off}once the thresholds have been reached.`;
      case 'EXTENSION': {
        const leftMs = facts.completeBlocks > 0 ? this.reachedMs + this.config.safeModeExtensionMs - nowMs : 0;
        return `In safe mode extension. ${off}in ${Math.trunc(leftMs / 1000)} seconds.`;
      }
      case 'OFF':
        return `${off}soon.`;
    }
  }

  private neededBlocks(facts: SafeModeFacts): number {
    return Math.floor(facts.completeBlocks * this.config.safeModeThreshold);
  }

  private met(facts: SafeModeFacts): boolean {
    if (facts.safeBlocks < this.neededBlocks(facts)) return false;
    return facts.liveDatanodes >= this.config.safeModeMinDatanodes;
  }
}
