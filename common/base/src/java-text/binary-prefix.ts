const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * A count with a binary prefix, as Hadoop writes it (`StringUtils.TraditionalBinaryPrefix.long2String`): decimals only
 * when it is not a whole number of the prefix, "1.50 KB" and "2 KB".
 */
export function binaryPrefix(count: number, unit: string, decimals: number): string {
  if (count < 0) return `-${binaryPrefix(-count, unit, decimals)}`;
  let power = 0;
  while (power + 1 < PREFIXES.length && count >= 1024 ** (power + 1)) power++;
  if (count % 1024 ** power === 0) return withUnit(String(count / 1024 ** power), power, unit);
  let text = (count / 1024 ** power).toFixed(decimals);
  if (Number(text) === 1024 && power + 1 < PREFIXES.length) {
    power++;
    text = (1).toFixed(decimals);
  }
  return withUnit(text, power, unit);
}

function withUnit(text: string, power: number, unit: string): string {
  const symbol = `${PREFIXES[power]}${unit}`;
  return symbol === '' ? text : `${text} ${symbol}`;
}
