import type { Address } from '@rfs/base/config';
import { UsageError } from '../../options/index.js';

const PREFIXES = 'kmgtpe';
const LONG_LIMIT = 2n ** 63n;

/** What Java says with a NumberFormatException. */
export class NotANumber extends UsageError {}

/**
 * A whole number with a binary prefix, "20m" (`StringUtils.TraditionalBinaryPrefix.string2long`). Throws NotANumber and
 * UsageError.
 */
export function longWithPrefix(word: string): number {
  const text = word.trim();
  const last = text.at(-1) ?? '';
  if (/^\d?$/.test(last)) return Number(javaLong(text));
  const power = PREFIXES.indexOf(last.toLowerCase());
  if (power < 0) {
    throw new UsageError(
      `Invalid size prefix '${last}' in '${text}'. Allowed prefixes are k, m, g, t, p, e(case insensitive)`,
    );
  }
  const value = javaLong(text.slice(0, -1)) << BigInt(10 * (power + 1));
  if (!isLong(value)) throw new UsageError(`${text} does not fit in a Long`);
  return Number(value);
}

function javaLong(text: string): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (value === undefined || !isLong(value)) throw new NotANumber(`For input string: "${text}"`);
  return value;
}

function isLong(value: bigint): boolean {
  return value >= -LONG_LIMIT && value < LONG_LIMIT;
}

/** Java's text of a long that is held as a number. */
export function longText(value: number): string {
  return value >= 2 ** 63 ? '9223372036854775807' : String(value);
}

/** `host:port`, both there (`NetUtils.createSocketAddr`). Throws UsageError. */
export function hostAndPort(word: string): Address {
  const text = word.trim();
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new UsageError(`Does not contain a valid host:port authority: ${text}`);
  }
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port };
}

/** Takes the option out of `words`; whether it was there. */
export function popFlag(words: string[], option: string): boolean {
  const at = words.indexOf(option);
  if (at >= 0) words.splice(at, 1);
  return at >= 0;
}

/** Takes the option and its value out of `words`. Throws UsageError when the value is missing. */
export function popValue(words: string[], option: string): string | undefined {
  const at = words.indexOf(option);
  if (at < 0) return undefined;
  if (at + 1 === words.length) throw new UsageError(`option ${option} requires 1 argument.`);
  return words.splice(at, 2)[1];
}
