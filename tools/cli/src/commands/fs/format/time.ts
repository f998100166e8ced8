const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-21 09:30` in the machine's time zone. */
export function localMinute(ms: number): string {
  const date = new Date(ms);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `2026-11-21 08:30:00` in UTC. */
export function utcSecond(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** `261121083000` in the machine's time zone: the name of a checkpoint in the trash. */
export function checkpointName(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getFullYear() % 100, date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()];
  return [...parts, date.getSeconds()].map(two).join('');
}

/** The time in ms of a checkpoint's name, with or without seconds and `-2`; undefined for other names. */
export function checkpointTime(name: string): number | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?/.exec(name);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  return new Date(2000 + year!, month! - 1, day!, hour!, minute!, second!).getTime();
}

/** The time in ms of `yyyyMMdd:HHmmss` in the machine's time zone; undefined when it is not of this form. */
export function parseTouchTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d):(\d\d)(\d\d)(\d\d)/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return new Date(year!, month! - 1, day!, hour!, minute!, second!).getTime();
}
