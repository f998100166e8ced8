/**
 * VERSION files are Java properties: `key=value` lines, comments with # or !, backslash escapes. Storage.writeProperties
 * writes a date comment first; readers ignore it.
 */
export function parseProperties(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    const match = /^((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)$/.exec(line);
    if (match !== null) out.set(unescaped(match[1]!), unescaped(match[2]!));
  }
  return out;
}

/** @param writtenAt the comment on the first line, for people */
export function formatProperties(properties: ReadonlyMap<string, string>, writtenAt: string): string {
  let text = `#${writtenAt}\n`;
  for (const [key, value] of properties) text += `${escaped(key)}=${escaped(value)}\n`;
  return text;
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, sequence: string) => {
    if (sequence.length === 5) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (sequence === 't') return '\t';
    if (sequence === 'n') return '\n';
    return sequence === 'r' ? '\r' : sequence;
  });
}

function escaped(text: string): string {
  return text.replace(/[\\=:#!\s]/g, (character) => `\\${character}`);
}
