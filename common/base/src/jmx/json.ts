import { JavaNumber } from '../java-text/index.js';

/** What an attribute may hold. A plain number is one of Java's integers. */
export type JmxValue = string | number | boolean | null | JavaNumber | readonly JmxValue[] | JmxObject;

export interface JmxObject {
  readonly [name: string]: JmxValue;
}

/**
 * The layout of the JSON writer behind Apache's JMXJsonServlet: a space on both sides of the colon, one field to a line,
 * the elements of an array side by side. Monitoring scripts search for it line by line.
 */
export function prettyJson(value: JmxValue): string {
  return pretty(value, '\n');
}

/** Without any space: how the beans write tables into a string attribute. */
export function compactJson(value: JmxValue): string {
  const atom = atomText(value);
  if (atom !== undefined) return atom;
  if (Array.isArray(value)) return `[${value.map(compactJson).join(',')}]`;
  const fields = Object.entries(value as JmxObject);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${compactJson(field)}`).join(',')}}`;
}

/** @param lineEnd a line feed and the indentation of the object that `value` stands in */
function pretty(value: JmxValue, lineEnd: string): string {
  const atom = atomText(value);
  if (atom !== undefined) return atom;
  if (Array.isArray(value)) {
    return value.length === 0 ? '[ ]' : `[ ${value.map((item) => pretty(item, lineEnd)).join(', ')} ]`;
  }
  const fields = Object.entries(value as JmxObject);
  if (fields.length === 0) return '{ }';
  const inner = `${lineEnd}  `;
  const lines = fields.map(([name, field]) => `${inner}${JSON.stringify(name)} : ${pretty(field, inner)}`);
  return `{${lines.join(',')}${lineEnd}}`;
}

function atomText(value: JmxValue): string | undefined {
  if (value instanceof JavaNumber) return value.text;
  return value === null || typeof value !== 'object' ? JSON.stringify(value) : undefined;
}
