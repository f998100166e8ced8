/**
 * A name of a bean, or a pattern for names: `domain:key=value,key=value`, with * and ? standing for any characters and
 * any one in the domain and in values, and a property `*` for any further ones (javax.management.ObjectName).
 */
export interface NamePattern {
  matches(name: BeanName): boolean;
}

export interface BeanName {
  readonly domain: string;
  readonly properties: ReadonlyMap<string, string>;
}

const EVERYTHING = '*:*';

/** Undefined for what is no name. The empty text stands for every name. */
export function parsePattern(text: string): NamePattern | undefined {
  const parsed = parse(text === '' ? EVERYTHING : text);
  if (parsed === undefined) return undefined;
  const { domain, properties, open } = parsed;
  if (properties.size === 0 && !open) return undefined;
  const wanted = [...properties];
  return {
    matches: (name) =>
      fits(domain, name.domain) &&
      (open || name.properties.size === wanted.length) &&
      wanted.every(([key, pattern]) => {
        const value = name.properties.get(key);
        return value !== undefined && fits(pattern, value);
      }),
  };
}

/** The parts of a bean's own name, which must be well-formed. */
export function parseName(text: string): BeanName {
  const parsed = parse(text);
  if (parsed === undefined || parsed.open) throw new Error(`${text} does not name a bean`);
  return parsed;
}

function parse(text: string): (BeanName & { readonly open: boolean }) | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const properties = new Map<string, string>();
  let open = false;
  for (const property of text.slice(colon + 1).split(',')) {
    const equals = property.indexOf('=');
    const key = property.slice(0, equals);
    if (property === '*' && !open) open = true;
    else if (equals < 1 || properties.has(key)) return undefined;
    else properties.set(key, property.slice(equals + 1));
  }
  return { domain: text.slice(0, colon), properties, open };
}

/**
 * Whether `text` fits a pattern with * and ?. A star that was passed is tried again only until the next one is reached,
 * so the time is bounded by the product of the lengths; a regular expression made of the same pattern is not bounded.
 */
function fits(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < text.length; ) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = i;
    } else if (wanted === '?' || wanted === text[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
