/** Bounds of Java's number types. Long's are beyond what a number holds exactly, so texts are judged as bigint. */
const JAVA_BITS = { short: 16, integer: 32, long: 64 } as const;

export type JavaNumber = keyof typeof JAVA_BITS;

/** The value that Java's parseShort, parseInt or parseLong gives for `text`; undefined where they throw. */
export function parseJavaNumber(text: string, type: JavaNumber, radix: 8 | 10): bigint | undefined {
  const match = (radix === 8 ? /^([+-]?)([0-7]{1,64})$/ : /^([+-]?)([0-9]{1,64})$/).exec(text);
  if (match === null) return undefined;
  const size = BigInt(radix === 8 ? `0o${match[2]}` : match[2]!);
  const value = match[1] === '-' ? -size : size;
  const limit = 1n << BigInt(JAVA_BITS[type] - 1);
  return value >= -limit && value < limit ? value : undefined;
}
