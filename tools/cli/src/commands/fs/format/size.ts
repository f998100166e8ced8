const UNITS = ['K', 'M', 'G', 'T', 'P', 'E'] as const;

/** `1.5 K`, `64 M`: a count with a binary prefix and one decimal, none when it divides exactly (TraditionalBinaryPrefix). */
export function humanSize(count: number): string {
  if (count < 0) return `-${humanSize(-count)}`;
  if (count < 1024) return String(count);
  let unit = 0;
  let value = 1024;
  while (unit + 1 < UNITS.length && count >= value * 1024) {
    value *= 1024;
    unit++;
  }
  if (count % value === 0) return `${count / value} ${UNITS[unit]}`;
  let text = (count / value).toFixed(1);
  if (text.startsWith('1024') && unit + 1 < UNITS.length) text = (count / value / 1024).toFixed(1);
  else return `${text} ${UNITS[unit]}`;
  return `${text} ${UNITS[unit + 1]}`;
}

/** The count in digits, or with a prefix when the user wants it readable. */
export function formatSize(count: number, human: boolean): string {
  return human ? humanSize(count) : String(count);
}
