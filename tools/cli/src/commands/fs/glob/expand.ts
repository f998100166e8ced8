import { ShellError } from '../command/errors.js';

/**
 * Writes out the groups that span several steps: `/{a/b,c}/d` becomes `/a/b/d` and `/c/d`. Groups within one step stay;
 * {@link Pattern} knows them (GlobExpander).
 */
export function expandGroups(pattern: string): string[] {
  const done: string[] = [];
  const waiting: { text: string; from: number }[] = [{ text: pattern, from: 0 }];
  while (waiting.length > 0) {
    const { text, from } = waiting.shift()!;
    const group = leftmostGroupWithSlash(text, from);
    if (group < 0) {
      done.push(text);
      continue;
    }
    const { alternatives, end } = splitGroup(text, group);
    const prefix = text.slice(0, group);
    const suffix = text.slice(end);
    waiting.unshift(...alternatives.map((middle) => ({ text: prefix + middle + suffix, from: prefix.length })));
  }
  return done;
}

/** Where the first outermost group that holds a slash opens; -1 without one. */
function leftmostGroupWithSlash(text: string, from: number): number {
  let depth = 0;
  let open = -1;
  let sawSlash = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') {
      at++;
      if (at >= text.length) {
        throw new ShellError(`Illegal file pattern: An escaped character does not present for glob ${text} at ${at}`);
      }
    } else if (character === '{') {
      if (depth++ === 0) open = at;
    } else if (character === '}' && depth > 0) {
      if (--depth === 0 && sawSlash) return open;
    } else if (character === '/' && depth > 0) {
      sawSlash = true;
    }
  }
  return -1;
}

/** The alternatives of the group that opens at `open`, and where the text goes on behind it. */
function splitGroup(text: string, open: number): { alternatives: string[]; end: number } {
  const alternatives: string[] = [];
  let current = '';
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\') current += text[++at];
    else if (character === '{' && depth++ === 0) current = '';
    else if (character === '}' && --depth === 0) {
      alternatives.push(current);
      return { alternatives, end: at + 1 };
    } else if (character === ',' && depth === 1) {
      alternatives.push(current);
      current = '';
    } else current += character;
  }
  return { alternatives, end: text.length };
}
