interface LogRecord {
  readonly time?: string;
  readonly level?: string;
  readonly msg?: string;
  readonly error?: { readonly stack?: string };
  readonly [fact: string]: unknown;
}

/** A JSON line of the log as one line for people: time of day, level, message, facts; a stack follows on its own lines. */
export function terminalLine(json: string): string {
  const { time, level, msg, error, ...facts } = JSON.parse(json) as LogRecord;
  const parts = [time?.slice(11, 23) ?? '', (level ?? '').toUpperCase().padEnd(5), msg ?? ''];
  for (const [name, value] of Object.entries(facts)) {
    parts.push(`${name}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`);
  }
  const stack = error?.stack === undefined ? '' : `\n${error.stack}`;
  return `${parts.join(' ')}${stack}\n`;
}
