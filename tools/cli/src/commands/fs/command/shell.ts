import type { Clock } from '@rfs/base/seams';
import type { FileSystems } from '../files/registry.js';
import type { Item } from '../model/item.js';
import type { Output } from './output.js';

/** A configuration key's text; undefined when nobody set it. */
export type Settings = (key: string) => string | undefined;

/** Everything a command has to do with. */
export interface Shell {
  readonly out: Output;
  readonly err: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly systems: FileSystems;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Answer in JSON, where a command knows how. */
  readonly json: boolean;
  /** Files under temporary names that must not outlive the command. */
  readonly unfinished: Set<Item>;
}

/** Waits `ms` by the shell's clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
