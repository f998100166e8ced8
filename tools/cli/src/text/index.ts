const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P', 'E'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

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

/** A time as Java's `Date` prints it: "Sat Nov 21 12:30:05 UTC 2026". */
export function javaDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const zone = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${two(date.getDate())} ${time} ${zone} ${date.getFullYear()}`;
}

function withUnit(text: string, power: number, unit: string): string {
  const symbol = `${PREFIXES[power]}${unit}`;
  return symbol === '' ? text : `${text} ${symbol}`;
}
