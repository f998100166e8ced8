import { UsageError } from './errors.js';

export interface OptionRules {
  /** How many arguments must remain after the options, and how many may. */
  readonly min: number;
  readonly max?: number;
  readonly flags?: readonly string[];
  /** Options that take the next argument as their value. */
  readonly valued?: readonly string[];
  /** Leave unknown options among the arguments. */
  readonly keepUnknown?: boolean;
}

export class Options {
  private readonly set = new Set<string>();
  private readonly values = new Map<string, string>();

  has(flag: string): boolean {
    return this.set.has(flag);
  }

  value(option: string): string | undefined {
    return this.values.get(option);
  }

  flags(): string[] {
    return [...this.set];
  }

  note(flag: string): void {
    this.set.add(flag);
  }

  noteValue(option: string, value: string): void {
    this.values.set(option, value);
  }
}

/**
 * Takes the options out of the front of `args`, by the rules of Hadoop's CommandFormat: they end at the first
 * argument without a dash, at a lone dash, or after a double one.
 */
export function takeOptions(args: string[], rules: OptionRules): Options {
  const options = new Options();
  const flags = new Set(rules.flags ?? []);
  const valued = new Set(rules.valued ?? []);
  let at = 0;
  while (at < args.length) {
    const arg = args[at]!;
    if (!arg.startsWith('-') || arg === '-') break;
    if (arg === '--') {
      args.splice(at, 1);
      break;
    }
    const name = arg.slice(1);
    if (flags.has(name)) {
      args.splice(at, 1);
      options.note(name);
    } else if (valued.has(name)) {
      args.splice(at, 1);
      const next = args[at];
      const taken = next !== undefined && args.length > rules.min && !next.startsWith('-');
      options.noteValue(name, taken ? next : '');
      if (taken) args.splice(at, 1);
    } else if (rules.keepUnknown) {
      at++;
    } else {
      throw new UsageError(`Illegal option ${arg}`);
    }
  }
  const max = rules.max ?? Number.POSITIVE_INFINITY;
  if (args.length < rules.min) {
    throw new UsageError(`Not enough arguments: expected ${rules.min} but got ${args.length}`);
  }
  if (args.length > max) throw new UsageError(`Too many arguments: expected ${max} but got ${args.length}`);
  return options;
}
