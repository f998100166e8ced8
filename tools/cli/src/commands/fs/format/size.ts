import { binaryPrefix } from '../../../text/index.js';

/** `1.5 K`, `64 M`: a count with a binary prefix and one decimal, none when it divides exactly. */
export function humanSize(count: number): string {
  return binaryPrefix(count, '', 1);
}

/** The count in digits, or with a prefix when the user wants it readable. */
export function formatSize(count: number, human: boolean): string {
  return human ? humanSize(count) : String(count);
}
